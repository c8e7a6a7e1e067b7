import Foundation
import Testing

extension Program {
  @Suite("Steady states, and the example decks")
  struct SteadyRuns {
    @Test("The steady state of Fig. 3 with its certificate, in JSON and as a table")
    func steady() async throws {
      let deck = [Tgge.inputs + "/figure2.yaml", "--set", "baths.drive=0.5"]
      let outcome = try await Tgge.run(["steady"] + deck + ["--json", "--quiet"], ranks: 3)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.isEmpty)
      let report = try JSONObject(outcome.output)
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
            digests.insert(try JSONObject(outcome.output).text("digest"))
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
      for deck in ["square-lattice", "ohmic", "figure3", "figure5a", "figure5b", "figure6"] {
        let outcome = try await Tgge.run(
          [
            "evolve", Tgge.inputs + "/\(deck).yaml", "--json", "--verify-forces", "--set",
            "time.end=1",
          ],
          ranks: 2
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("both engines agree to"))
        let report = try JSONObject(outcome.output)
        #expect(report.text("forces") == "separable")
        #expect(report.keys.contains("compression") == (deck == "ohmic"))
      }
    }
  }
}
