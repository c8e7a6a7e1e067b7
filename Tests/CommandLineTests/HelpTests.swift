import Foundation
import Testing

extension Program {
  @Suite("Help and doctor")
  struct Help {
    @Test(
      "Help is printed once, on standard output",
      arguments: [
        (["--help"], "USAGE: tgge <subcommand>"), ([], "USAGE: tgge <subcommand>"),
        (["evolve", "--help"], "USAGE: tgge evolve <deck>"),
        (["help", "evolve"], "USAGE: tgge evolve <deck>"),
        (["benchmark"], "USAGE: tgge benchmark <subcommand>"),
      ]
    )
    func help(arguments: [String], usage: String) async throws {
      try await Tgge.forEach([nil, 3] as [Int?]) { ranks in
        let outcome = try await Tgge.run(arguments, ranks: ranks)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.components(separatedBy: usage).count == 2, "\(outcome)")
      }
    }

    @Test("The version is printed once", arguments: [nil, 3] as [Int?])
    func version(ranks: Int?) async throws {
      let outcome = try await Tgge.run(["--version"], ranks: ranks)
      #expect(outcome.status == 0 && outcome.errors.isEmpty)
      #expect(outcome.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(outcome)")
    }

    @Test(
      "Without mpirun and on one rank the doctor says that all is well",
      arguments: [nil, 1] as [Int?]
    )
    func doctor(ranks: Int?) async throws {
      let outcome = try await Tgge.run(["doctor"], ranks: ranks)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(outcome.output.contains("all is well"))
      #expect(outcome.output.contains("ranks       1\n"))
    }

    @Test("The doctor counts three ranks and finds their sum and gather correct")
    func threeRanks() async throws {
      let outcome = try await Tgge.run(["doctor"], ranks: 3)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(outcome.output.contains("ranks       3\n"))
      #expect(outcome.output.contains(/sum, gather +correct/))
    }

    @Test("The doctor says where ranks outnumber cores")
    func crowded() async throws {
      let outcome = try await Tgge.run(["doctor"], ranks: 64)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.output.contains("problem     some host has more ranks than cores"))
    }
  }
}
