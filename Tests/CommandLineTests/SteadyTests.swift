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

    @Test("--slope gives dI/d of any number of the deck, in JSON and in the table")
    func slopes() async throws {
      let deck = [Tgge.inputs + "/figure2.yaml", "--set", "baths.drive=0.5"]
      let keys = [
        "baths.drive", "lattice.twist", "baths.nonequilibrium.delta[0]", "initial.filling",
      ]
      let options = keys.flatMap { ["--slope", $0] }
      let outcome = try await Tgge.run(["steady"] + deck + ["--json"] + options, ranks: 3)
      #expect(outcome.status == 0, "\(outcome)")
      let report = try JSONObject(outcome.output)
      let slopes = try #require(report.object("slopes"))
      #expect(slopes.keys.sorted() == keys.sorted())
      #expect(abs(slopes.number("baths.drive") - 0.044098446478555736) < 1e-10)
      #expect(abs(slopes.number("initial.filling") - report.number("fillingSlope")) < 1e-10)
      #expect(abs(slopes.number("baths.nonequilibrium.delta[0]") + 0.0869914306) < 1e-9)
      #expect(abs(slopes.number("lattice.twist")) < 1e-12)
      let table = try await Tgge.run(["steady"] + deck + ["--slope", "lattice.hopping"], ranks: 1)
      #expect(table.output.contains("dI/d(lattice.hopping)"))
      let none = try await Tgge.run(["steady"] + deck + ["--slope", "none", "--json"], ranks: 2)
      let keysOfNone = try JSONObject(none.output).keys
      #expect(!keysOfNone.contains("slope") && !keysOfNone.contains("slopes"))
    }

    @Test("At the ends of a range slopes are one-sided; without a derivative they are null")
    func ends() async throws {
      let deck = Tgge.inputs + "/figure5a.yaml"
      let slope = ["--slope", "baths.drive", "--json", "--quiet"]
      let start = try await Tgge.run(
        ["steady", deck, "--set", "baths.drive=0"] + slope,
        ranks: 1
      )
      let slopes = try #require(try JSONObject(start.output).object("slopes"))
      #expect(abs(slopes.number("baths.drive") - 0.0838295757) < 1e-9)
      let end = try await Tgge.run(["steady", deck, "--set", "baths.drive=1"] + slope, ranks: 2)
      #expect(end.status == 0, "\(end)")
      #expect(end.output.contains("\"baths.drive\" : null"))
    }

    @Test(
      "A slope to what is no number is one clear line",
      arguments: [
        ("lattice.modes", "is not an integer"), ("lattice.model", "keys that hold a number"),
        ("lattice.nonsense", "is not in the deck"), ("time.end", "lattice, baths and initial"),
        ("baths.nonequilibrium", "keys that hold a number"), ("lattice..modes", "is not a key"),
      ]
    )
    func badSlopes(_ key: String, _ message: String) async throws {
      let outcome = try await Tgge.run(
        ["steady", Tgge.inputs + "/figure2.yaml", "--slope", key],
        ranks: 2
      )
      #expect(outcome.status == 64, "\(outcome)")
      #expect(outcome.errors.contains(message), "\(outcome)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
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
