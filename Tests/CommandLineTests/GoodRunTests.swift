import Foundation
import Testing

extension Program {
  @Suite("Runs that come to a result")
  struct GoodRuns {
    /// Figure 2 at q = −π, −0.6π and 0.2π, from the independent program of `Tests/Reference`.
    private static let figure2: [(time: Double, lambda: [Double])] = [
      (10, [2.680436119237764, 0.5953084792983524, -1.9187588530210182]),
      (50, [3.9777182212042868, 1.078293558367243, -3.149302640363813]),
      (100, [3.999871223004007, 1.2045211934935349, -3.2335959819863036]),
      (200, [3.9999999951625624, 1.2348251028312756, -3.236065931355095]),
      (400, [4, 1.2360660659033658, -3.236067977498369]),
    ]

    @Test(
      "The README's first command gives the numbers of Fig. 2 to 1e-8, by either engine",
      arguments: ["direct", "separable"]
    )
    func readme(engine: String) async throws {
      let deck = Tgge.inputs + "/figure2.yaml"
      let outcome = try await Tgge.run(
        ["evolve", deck, "--json", "--quiet", "--forces", engine],
        ranks: 2
      )
      #expect(outcome.status == 0)
      #expect(outcome.errors.isEmpty)
      let report = try Report(outcome.output)
      #expect(report.keys == Report.evolveKeys)
      #expect(report.text("forces") == engine)
      #expect(report.number("totalModes") == 100)
      #expect(report.number("ranks") == 2)
      #expect(abs(report.number("fillingDrift")) < 1e-9)
      let outputs = report.list("outputs")
      #expect(outputs.count == 41)
      for (time, lambda) in GoodRuns.figure2 {
        let output = try #require(outputs.first { $0.number("time") == time })
        let values = output.list("lambda").map { $0.number("value") }
        for (value, expected) in zip(values, lambda) { #expect(abs(value - expected) < 1e-8) }
        #expect(values.count == 3)
        #expect(abs(output.number("current")) < 1e-12)
      }
    }

    @Test("Without --json there is a table, and notes go elsewhere")
    func table() async throws {
      let deck = Tgge.inputs + "/figure2.yaml"
      let outcome = try await Tgge.run(["evolve", deck, "--set", "time.outputs=3"], ranks: 3)
      #expect(outcome.status == 0)
      let lines = outcome.output.split(whereSeparator: \.isNewline)
      #expect(lines.first?.contains("λ(-0.6π)") == true)
      #expect(lines.count == 6)
      #expect(lines.last?.contains("digest") == true)
    }

    @Test(
      "The digest is the same on 1, 2, 3, 4 and 7 ranks, and without mpirun",
      arguments: [4, 100, 101, 1000],
      ["direct", "separable"]
    )
    func digests(modes: Int, engine: String) async throws {
      try await withScratch { folder in
        let deck = Sample.chain.replacing("record: {momenta: [-1, 0.5]}", with: "")
        try folder.write("deck.yaml", deck.utf8)
        var digests: Set<String> = []
        let end = modes == 1000 ? "0.3" : "2"
        for ranks in [nil, 1, 2, 3, 4, 7] as [Int?] {
          let outcome = try await Tgge.run(
            [
              "evolve", "deck.yaml", "--modes", "\(modes)", "--forces", engine, "--json", "--quiet",
              "--set", "time.end=\(end)",
            ],
            ranks: ranks,
            in: folder
          )
          #expect(outcome.status == 0, "\(outcome)")
          digests.insert(try Report(outcome.output).text("digest"))
        }
        #expect(digests.count == 1)
        #expect(digests.first?.count == 16)
      }
    }

    @Test("A state that was written is read back bit for bit, and evolves on")
    func continuation() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        func evolve(_ options: String...) async throws -> Report {
          let outcome = try await Tgge.run(
            ["evolve", "deck.yaml", "--json", "--quiet"] + options,
            ranks: 3,
            in: folder
          )
          #expect(outcome.status == 0, "\(outcome)")
          return try Report(outcome.output)
        }
        let whole = try await evolve("--set", "time.end=20")
        let half = try await evolve("--set", "time.end=10", "--out", "half.csv")
        #expect(folder.names == ["deck.yaml", "half.csv"])
        // A step that is too short to change anything keeps the bits of the file.
        let start = "initial={file: half.csv}"
        let none = try await evolve("--set", start, "--set", "time.end=1e-300")
        #expect(none.text("digest") == half.text("digest"))
        let rest = try await evolve("--set", start, "--set", "time.end=10")
        for (one, other) in zip(whole.list("lambda"), rest.list("lambda")) {
          // Both integrations are within their tolerance of 1e-8 in each step.
          #expect(abs(one.number("value") - other.number("value")) < 1e-6)
        }
        #expect(abs(whole.number("current") - rest.number("current")) < 1e-7)
      }
    }

    @Test("The steady state of Fig. 3 with its certificate, in JSON and as a table")
    func steady() async throws {
      let deck = [Tgge.inputs + "/figure2.yaml", "--set", "baths.drive=0.5"]
      let outcome = try await Tgge.run(["steady"] + deck + ["--json", "--quiet"], ranks: 3)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.isEmpty)
      let report = try Report(outcome.output)
      #expect(abs(report.number("current") - 0.035193662447200375) < 1e-13)
      #expect(abs(report.number("slope") - 0.044098446478555736) < 1e-10)
      #expect(report.number("residual") < 1e-12)
      #expect(report.number("otherResidual") < 1e-12)
      #expect(report.number("converged") == 1)
      #expect(report.number("iterations") <= 8)
      #expect(report.list("lambda").count == 3)
      let table = try await Tgge.run(["steady"] + deck, ranks: 1)
      #expect(table.output.contains("current  0.0351936624472"))
      #expect(table.output.contains("dI/d(drive)"))
    }

    @Test("A preset and the same system written as custom and jumps have the same bits")
    func writtenOut() async throws {
      try await withScratch { folder in
        try folder.write("custom.yaml", Sample.writtenOut.utf8)
        for options in [["steady"], ["evolve", "--set", "time={end: 5}"]] {
          var digests: Set<String> = []
          for deck in ["custom.yaml", Tgge.inputs + "/figure5a.yaml"] {
            let outcome = try await Tgge.run(
              [options[0], deck, "--json", "--quiet"] + options.dropFirst(),
              ranks: 2,
              in: folder
            )
            digests.insert(try Report(outcome.output).text("digest"))
          }
          #expect(digests.count == 1)
        }
      }
    }

    @Test("Modes without any rate are named in a warning")
    func idleModes() async throws {
      let deck = [Tgge.inputs + "/figure5a.yaml", "--set", "baths.drive=1"]
      let outcome = try await Tgge.run(["steady"] + deck, ranks: 2)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.contains("warning: modes without any rate"))
      #expect(outcome.errors.contains("2 of them, the first at the momentum (-1.0π), band 1"))
    }

    @Test("The example decks run, and both engines verify each other")
    func examples() async throws {
      for deck in ["square-lattice", "ohmic", "figure5a"] {
        let outcome = try await Tgge.run(
          [
            "evolve", Tgge.inputs + "/\(deck).yaml", "--json", "--verify-forces", "--set",
            "time.end=1",
          ],
          ranks: 2
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("both engines agree to"))
        let report = try Report(outcome.output)
        #expect(report.text("forces") == "separable")
        #expect(report.keys.contains("compression") == (deck == "ohmic"))
      }
    }

    @Test("Help and version are written once, whatever the number of ranks")
    func help() async throws {
      let version = try await Tgge.run(["--version"], ranks: 3)
      #expect(version.status == 0)
      #expect(version.output.split(whereSeparator: \.isNewline).count == 1)
      let help = try await Tgge.run(["--help"], ranks: 3)
      #expect(help.status == 0)
      #expect(help.output.components(separatedBy: "USAGE:").count == 2)
    }

    @Test("The doctor finds nothing wrong")
    func doctor() async throws {
      let outcome = try await Tgge.run(["doctor"], ranks: 2)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("ranks       2\n"))
      #expect(outcome.output.contains("sum, gather correct"))
      let crowded = try await Tgge.run(["doctor"], ranks: 64)
      #expect(crowded.output.contains("problem     some host has more ranks than cores"))
    }

    @Test("The benchmark prints one JSON object for each row")
    func benchmark() async throws {
      let outcome = try await Tgge.run(
        ["benchmark", "forces", "--modes", "512", "--repeats", "2", "--json"],
        ranks: 2,
        timeout: 60
      )
      #expect(outcome.status == 0, "\(outcome)")
      let rows = try outcome.output.split(whereSeparator: \.isNewline).map {
        try Report(String($0))
      }
      let engines = rows.map { $0.text("engine") }
      #expect(engines == ["direct", "direct", "separable", "separable", "sum", "sum"])
      for row in rows.prefix(2) {
        #expect(row.number("pairsPerSecondAndRank") > 0)
        #expect(row.number("fractionOfPeak") > 0)
      }
      for row in rows[2...3] { #expect(row.number("nanosecondsPerMode") > 0) }
    }
  }
}
