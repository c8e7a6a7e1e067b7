import Foundation
import Records
import Testing

extension Program {
  @Suite("Files of λ")
  struct OutputFiles {
    /// The chain, to t = 40 and to the end in two halves.
    private static let deck = Sample.chain.replacing("1e-8", with: "1e-10")

    @Test("initial.file continues from what --out wrote, with the same bits", arguments: [1, 3])
    func continuation(ranks: Int) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", OutputFiles.deck.utf8)
        func evolve(_ options: String...) async throws -> Report {
          try await Report.evolve(["deck.yaml"] + options, ranks: ranks, in: folder)
        }
        let whole = try await evolve("--set", "time.end=40")
        let first = try await evolve("--set", "time.end=20", "--out", "lambda.csv")
        #expect(folder.names == ["deck.yaml", "lambda.csv"])

        let table = try LambdaTable(
          reading: folder.bytes("lambda.csv"),
          fileName: "lambda.csv",
          dimension: 1
        )
        #expect(table.count == 100)
        for entry in first.lambda {
          let row = try #require((0..<100).first { table.momentum(row: $0) == [entry.momentum] })
          #expect(table.lambdas[row] == entry.value)
        }

        let start = "initial={file: lambda.csv}"
        let second = try await evolve("--set", "time.end=20", "--set", start)
        // The same bits at its beginning, and the same state as in one go to the tolerance.
        #expect(second.outputs.first?.lambda == first.lambda)
        for (entry, expected) in zip(second.lambda, whole.lambda) {
          #expect(abs(entry.value - expected.value) < 1e-8)
        }
        #expect(abs(second.current - whole.current) < 1e-9)
      }
    }

    @Test("The file has the same bytes on any number of ranks and replaces an older one")
    func sameBytes() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", OutputFiles.deck.utf8)
        try folder.write("lambda.csv", "old".utf8)
        _ = try await Report.evolve(["deck.yaml", "--out", "lambda.csv"], in: folder)
        let alone = folder.bytes("lambda.csv")
        #expect(alone.split(separator: UInt8(ascii: "\n")).count == 102)
        for ranks in [2, 7] {
          _ = try await Report.evolve(
            ["deck.yaml", "--out", "lambda.csv"],
            ranks: ranks,
            in: folder
          )
          #expect(folder.bytes("lambda.csv") == alone)
        }
      }
    }

    @Test("A link stays, and what it leads to is written or replaced", arguments: [1, 3])
    func links(ranks: Int) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", OutputFiles.deck.utf8)
        try folder.makeFolder("data")
        try folder.write("data/old.csv", "old".utf8)
        let sweep = ["sweep", "deck.yaml", "--vary", "baths.drive=0,1", "--checkpoint", "ledger"]
        let extrapolate = ["extrapolate", Tgge.inputs + "/figure5a.yaml", "--modes", "32,64"]
        let runs = [
          (["evolve", "deck.yaml"], "run.csv", "data/old.csv"),
          (["evolve", "deck.yaml"], "run.h5", folder.url.path + "/data/run"),
          (["steady", "deck.yaml"], "steady.csv", "run.csv"),
          (["steady", "deck.yaml"], "steady.hdf5", "data/../data/steady"),
          (sweep, "sweep.csv", "data/sweep"),
          (sweep, "sweep.h5", "data/states"),
          (extrapolate, "sizes.csv", "data/sizes"),
          (["spectrum", "deck.yaml"], "rates.csv", "data/rates"),
          (["bands", "deck.yaml"], "bands.csv", "data/bands"),
          (["plot", "run.json"], "run.gnuplot", "data/script"),
        ]
        let report = try await Tgge.run(["evolve", "deck.yaml", "--json"], in: folder)
        try folder.write("run.json", report.output.utf8)
        try folder.link("ledger", to: "data/ledger")
        for (words, name, target) in runs {
          try folder.link(name, to: target)
          let count = words[0] == "plot" ? nil : ranks
          let outcome = try await Tgge.run(words + ["--out", name], ranks: count, in: folder)
          #expect(outcome.status == 0, "\(outcome)")
          #expect(folder.target(of: name) == target)
          #expect(folder.bytes(name).count > 100, "\(name)")
        }
        #expect(folder.target(of: "ledger") == "data/ledger")
        #expect(folder.text("run.csv").contains("the steady state"))
        let names: Set = [
          "old.csv", "run", "steady", "sweep", "states", "sizes", "rates", "bands", "script",
        ]
        #expect(folder.names(in: "data") == names)
        let others: Set = ["deck.yaml", "data", "run.json", "run.dat", "ledger"]
        #expect(folder.names == others.union(runs.map(\.1)))
      }
    }

    @Test("Two directions and two bands come back, too")
    func twoDimensions() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.custom.utf8)
        let words = ["evolve", "deck.yaml", "--quiet", "--out"]
        let first = try await Tgge.run(words + ["first.csv"], ranks: 3, in: folder)
        #expect(first.status == 0, "\(first)")
        // Over a time in which nothing happens the state stays what it was.
        let still = ["--set", "initial={file: first.csv}", "--set", "time.end=1e-300"]
        let second = try await Tgge.run(words + ["second.csv"] + still, ranks: 2, in: folder)
        #expect(second.status == 0, "\(second)")
        func rows(_ name: String) -> [Substring] {
          folder.text(name).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        #expect(rows("first.csv").count == 49)
        #expect(rows("first.csv") == rows("second.csv"))
      }
    }
  }
}
