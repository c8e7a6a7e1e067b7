import Foundation
import Records
import Testing

extension Program {
  @Suite("tgge evolve")
  struct Evolve {
    private static let figure2 = Tgge.inputs + "/figure2.yaml"

    /// λ at −π, −0.6π and 0.2π of the second figure, from Tests/Reference/fig2.json.
    private static let reference: [(time: Double, lambda: [Double])] = [
      (10, [2.680436119237764, 0.5953084792983524, -1.9187588530210182]),
      (50, [3.9777182212042868, 1.078293558367243, -3.149302640363813]),
      (100, [3.999871223004007, 1.2045211935349691, -3.2335959819863036]),
      (200, [3.9999999951625624, 1.2348251028312756, -3.236065931355095]),
      (400, [4.0, 1.2360660659033658, -3.236067977498369]),
    ]

    @Test(
      "Figure 2 agrees with the reference to 1e-8",
      arguments: ["separable", "direct"],
      [nil, 2] as [Int?]
    )
    func figure2(forces: String, ranks: Int?) async throws {
      let report = try await Report.evolve([Evolve.figure2, "--forces", forces], ranks: ranks)
      #expect(report.forces == forces)
      #expect(report.ranks == ranks ?? 1)
      #expect(report.outputs.count == 41)
      for (time, lambda) in Evolve.reference {
        let output = try #require(report.outputs.first { $0.time == time })
        #expect(output.lambda.map(\.momentum) == [-1, -0.6, 0.2])
        for (entry, value) in zip(output.lambda, lambda) {
          #expect(abs(entry.value - value) < 1e-8, "t = \(time), q = \(entry.momentum)π")
        }
      }
      #expect(report.outputs.allSatisfy { abs($0.current) < 1e-12 })
      #expect(report.fillingDrift < 1e-9)
      #expect(report.outputs.allSatisfy { abs($0.filling - 0.5) < 1e-9 })
      // What stands at the top is the last output.
      let last = try #require(report.outputs.last)
      #expect(report.time == 400 && last.time == 400)
      #expect(report.lambda == last.lambda)
      #expect(report.current == last.current && report.filling == last.filling)
    }

    @Test("--json writes one object with the documented keys and nothing else")
    func keys() async throws {
      let outcome = try await Tgge.run(
        ["evolve", Evolve.figure2, "--json", "--quiet", "--set", "time={end: 2, outputs: 3}"],
        ranks: 3
      )
      #expect(outcome.errors.isEmpty)
      let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      let report = try #require(object as? [String: Any])
      #expect(
        Set(report.keys) == [
          "command", "modes", "totalModes", "bands", "ranks", "forces", "filling", "current",
          "currents", "lambda", "digest", "wallSeconds", "time", "steps", "rejectedSteps",
          "forceEvaluations", "fillingDrift", "outputs", "method", "nestedSteps", "implicitSteps",
          "jacobians",
          "newtonIterations", "gibbs",
        ]
      )
      let outputs = try #require(report["outputs"] as? [[String: Any]])
      #expect(outputs.count == 3)
      for output in outputs {
        #expect(Set(output.keys) == ["time", "lambda", "current", "filling"])
        let entries = try #require(output["lambda"] as? [[String: Any]])
        #expect(entries.allSatisfy { Set($0.keys) == ["momentum", "band", "value"] })
      }
      let digest = try #require(report["digest"] as? String)
      #expect(digest.count == 16 && digest.allSatisfy { "0123456789abcdef".contains($0) })
    }

    @Test("time.method chooses the steps, and all say the same; time.end: steady ends at it")
    func methods() async throws {
      var currents: [Double] = []
      for method in ["explicit", "implicit", "auto"] {
        let object = try await Evolve.object(["--set", "time.method=\(method)"])
        #expect(object["method"] as? String == (method == "implicit" ? "implicit" : "explicit"))
        let implicit = try #require(object["implicitSteps"] as? Int)
        #expect((implicit > 0) == (method == "implicit"))
        #expect((object["newtonIterations"] as? Int ?? -1) >= implicit)
        currents.append(try #require(object["current"] as? Double))
      }
      #expect(currents.allSatisfy { abs($0 - currents[0]) < 1e-9 })

      let steady = try await Evolve.object(["--set", "time={end: steady}"])
      #expect(steady["method"] as? String == "implicit")
      #expect((steady["outputs"] as? [Any])?.count == 2)
      let outcome = try await Tgge.run(
        ["steady", Evolve.figure2, "--json", "--set", "baths.drive=0.5"],
        ranks: nil
      )
      let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      let current = try #require((found as? [String: Any])?["current"] as? Double)
      #expect(abs(try #require(steady["current"] as? Double) - current) < 1e-11)
    }

    /// The JSON of the driven chain with options.
    private static func object(_ options: [String]) async throws -> [String: Any] {
      let words = ["evolve", figure2, "--json", "--quiet", "--set", "baths.drive=0.5"]
      let outcome = try await Tgge.run(words + options, ranks: 2)
      let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      return try #require(object as? [String: Any])
    }

    @Test("Implicit steps without moments are refused in one line")
    func methodNeedsMoments() async throws {
      try await Refusal.expect(
        [
          .options(
            "--forces",
            "direct",
            "--set",
            "time.method=implicit",
            saying: "time.method",
            "kernel of low rank"
          ),
          .options("--set", "time.method=implicit", in: Sample.rashba, saying: "time.method"),
          .options(
            "--set",
            "time.end=steady",
            in: Sample.rashba,
            saying: "time.end",
            "tgge steady"
          ),
        ],
        ranks: 2
      )
    }

    @Test("In two dimensions momenta and currents are arrays")
    func twoDimensions() async throws {
      try await withScratch { folder in
        try folder.write(
          "deck.yaml",
          (Sample.custom + "record: {momenta: [[-0.9666666666666667, -0.9]]}\n").utf8
        )
        let outcome = try await Tgge.run(["evolve", "deck.yaml", "--json"], ranks: 3, in: folder)
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        let report = try #require(object as? [String: Any])
        #expect(report["modes"] as? [Int] == [6, 4])
        #expect(report["totalModes"] as? Int == 48)
        #expect((report["current"] as? [Double])?.count == 2)
        let currents = try #require(report["currents"] as? [String: [Double]])
        #expect(Set(currents.keys) == ["up", "down"])
        let entries = try #require(report["lambda"] as? [[String: Any]])
        #expect(entries.map { $0["band"] as? Int } == [0, 1])
        #expect(entries.allSatisfy { ($0["momentum"] as? [Double])?.count == 2 })
      }
    }

    @Test(
      "The example decks run, and both engines verify each other",
      arguments: ["square-lattice", "ohmic", "figure5a"]
    )
    func examples(deck: String) async throws {
      let outcome = try await Tgge.run(
        ["evolve", Tgge.inputs + "/\(deck).yaml", "--json", "--verify-forces"]
          + ["--set", "time.end=1"],
        ranks: 2
      )
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.contains("both engines agree to"))
      let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      let report = try #require(object as? [String: Any])
      #expect(report["forces"] as? String == "separable")
      #expect(report.keys.contains("compression") == (deck == "ohmic"))
    }

    @Test("The table has a row for each output time", arguments: [nil, 3] as [Int?])
    func table(ranks: Int?) async throws {
      let words = ["evolve", Evolve.figure2, "--set", "time.outputs=5"]
      let outcome = try await Tgge.run(words, ranks: ranks)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(lines.count == 12)
      #expect(lines[0] == ["t", "λ(-1.0π)", "λ(-0.6π)", "λ(0.2π)", "current", "filling"])
      #expect(lines[1...5].map { $0[0] } == ["0", "100", "200", "300", "400"])
      #expect(lines[3][1].hasPrefix("3.99999999"))
      #expect(outcome.output.contains("modes              100 on \(ranks ?? 1) rank"))
      #expect(outcome.output.contains("digest   "))
    }

    @Test("--set and --modes replace values of the deck; the last one counts")
    func overrides() async throws {
      let report = try await Report.evolve([
        Evolve.figure2, "--modes", "60", "--set", "time.end=9", "--set", "time.end=5",
        "--set", "time.outputs=2", "--set", "record.momenta=[0]", "--set", "initial.filling=0.25",
      ])
      #expect(report.modes == [60] && report.totalModes == 60 && report.bands == 1)
      #expect(report.time == 5 && report.outputs.map(\.time) == [0, 5])
      #expect(report.lambda.map(\.momentum) == [0])
      #expect(abs(report.filling - 0.25) < 1e-9)
    }

    @Test("A terminal shows how far a run is, and what memory it takes if that is much")
    func progress() async throws {
      // Explicit steps take seconds here; a line is shown five times in each.
      let words = [
        "--modes", "1000000", "--set", "time.end=40", "--set", "time.outputs=13", "--set",
        "time.method=explicit",
      ]
      let terminal = ["/usr/bin/env", "TGGE_TERMINAL=1", Tgge.binary, "evolve", Evolve.figure2]
      let outcome = try await Job(terminal + words, in: nil).finish(timeout: 60)
      #expect(outcome.status == 0, "\(outcome)")
      let lines = outcome.errors.components(separatedBy: "\r\u{1B}[K")
      #expect(lines[0].hasPrefix("1000000 modes on 1 rank, about "))
      let shown = lines.filter { $0.hasPrefix("[") }
      #expect(!shown.isEmpty)
      for line in shown {
        #expect(line.count <= 79 && line.contains(" steps/s  ") && line.contains(" left"))
      }
      #expect(shown.last?.contains("  I ") == true)
      #expect(lines.last == "")
    }

    @Test("Direct forces say how long they take, on standard error; --quiet does not")
    func quiet() async throws {
      let words = ["evolve", Evolve.figure2, "--forces", "direct", "--set", "time.end=1", "--json"]
      let loud = try await Tgge.run(words, ranks: 2)
      #expect(loud.errorLines.count == 1 && loud.errors.hasPrefix("direct forces: "))
      _ = try Report(loud)
      let quiet = try await Tgge.run(words + ["--quiet"], ranks: 2)
      #expect(quiet.errors.isEmpty)
      _ = try Report(quiet)
    }
  }
}
