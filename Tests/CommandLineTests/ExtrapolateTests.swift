import Foundation
import Testing

extension Program {
  @Suite("Limits of large lattices")
  struct ExtrapolateRuns {
    private static let figure5a = Tgge.inputs + "/figure5a.yaml"

    @Test("The limit of Fig. 5(a) with its error, in JSON, as a table and as CSV")
    func limit() async throws {
      let words = ["extrapolate", Self.figure5a, "--modes", "16,24,32,48,64"]
      try await withScratch { folder in
        let outcome = try await Tgge.run(
          words + ["--json", "--quiet", "--out", "sizes.csv"],
          ranks: 3,
          in: folder
        )
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let report = try JSONObject(outcome.output)
        let error = report.number("error")
        #expect(abs(report.number("limit") - 0.03736119439394287) <= error && error < 1e-12)
        #expect(abs(report.number("decayRate") - 0.2289) < 0.02)
        #expect(report.list("points").map { $0.number("modes") } == [16, 24, 32, 48, 64])
        // I(L) of the reference, at the boundary phase of the deck.
        let first = try #require(report.list("points").first)
        #expect(abs(first.number("current") - (0.03736119439394287 + 0.00093488419)) < 1e-11)
        #expect(first.number("residual") < 1e-12)

        let rows = folder.text("sizes.csv").split(separator: "\n")
        #expect(rows.count == 2 + 1 + 5)
        #expect(rows[1].hasPrefix("# units: modes (1), current (energy), "))
        #expect(
          rows[2] == "modes,current,current_down,current_up,average_current,variation"
        )
        #expect(rows[3].hasPrefix("16,0.0382960785"))
      }
      let table = try await Tgge.run(words, ranks: 1)
      #expect(table.output.contains("limit   0.0373611943939"), "\(table)")
      #expect(table.output.contains("decay rate"))
    }

    @Test("Sizes that are too small are refused with status 70 and the L that is needed")
    func refused() async throws {
      for ranks in [nil, 3] as [Int?] {
        let outcome = try await Tgge.run(
          [
            "extrapolate", Self.figure5a, "--set", "lattice.zeeman=0.1", "--modes", "16,32,64,100",
            "--json",
          ],
          ranks: ranks
        )
        #expect(outcome.status == 70, "\(outcome)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("not yet in the exponential regime"))
        #expect(outcome.errors.contains("is needed"))
      }
    }

    @Test("Sizes may be written as in a deck")
    func writtenSizes() async throws {
      let words = ["extrapolate", Self.figure5a, "--json", "--quiet"]
      let outcome = try await Tgge.run(words + ["--modes", "1.6e1, 24,3.2e+1"])
      #expect(outcome.status == 0, "\(outcome)")
      let sizes = try JSONObject(outcome.output).list("points").map { $0.number("modes") }
      #expect(sizes == [16, 24, 32])
    }

    @Test("Automatic sizes and twists")
    func automatic() async throws {
      let words = ["extrapolate", Self.figure5a, "--auto", "--json", "--quiet"]
      var limits: [Double] = []
      for options in [["--tolerance", "1e-6"], ["--tolerance", "1e-12", "--twists", "7"]] {
        let outcome = try await Tgge.run(words + options, ranks: 2)
        let report = try JSONObject(outcome.output)
        #expect(report.number("error") <= report.number("tolerance") * report.number("scale"))
        #expect(report.number("twists") == (options.count == 2 ? 5 : 7))
        limits.append(report.number("limit"))
      }
      #expect(limits[0] != limits[1])
      #expect(abs(limits[1] - 0.03736119439394287) < 1e-12)
    }

    private static let refusals: [Refusal] = [
      refusal(saying: "two sizes or more"),
      refusal("--modes", "16", saying: "two sizes or more"),
      refusal("--modes", "16,16", saying: "two sizes or more"),
      refusal("--modes", "16,2", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,,32", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,2.45e1", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,0x20", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,1e300", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,x", saying: "allowed are sizes of 4 or more"),
      refusal("--modes", "16,32", "--auto", saying: "exclude each other"),
      refusal("--modes", "16,32", "--largest", "64", saying: "--largest belongs to --auto"),
      refusal("--auto", "--tolerance", "0", saying: "--tolerance must be between"),
      refusal("--auto", "--tolerance", "nan", saying: "--tolerance must be between"),
      refusal("--auto", "--twists", "4", saying: "--twists must be between 5 and 64"),
      refusal(
        "--modes",
        "16,1000000000000",
        "--forces",
        "direct",
        saying: "L = 1000000000000: needs about"
      ),
    ]

    private static func refusal(_ options: String..., saying: String) -> Refusal {
      Refusal(
        title: options.joined(separator: " "),
        files: ["deck.yaml": Array(Sample.chain.utf8)],
        arguments: ["extrapolate", "deck.yaml"] + options,
        saying: [saying]
      )
    }

    @Test("Wrong options are refused in one line", arguments: [nil, 3] as [Int?])
    func wrongOptions(ranks: Int?) async throws {
      try await Refusal.expect(Self.refusals, ranks: ranks)
    }
  }
}
