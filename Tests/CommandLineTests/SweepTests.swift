import Foundation
import Testing

extension Program {
  @Suite("Sweeps of a deck")
  struct SweepRuns {
    private static let figure5a = Tgge.inputs + "/figure5a.yaml"

    @Test("Fig. 3(b): currents against the drive, as a table with rows, in JSON and as CSV")
    func drive() async throws {
      let words = ["sweep", Tgge.inputs + "/figure3.yaml", "--vary", "baths.drive=0:1:0.05"]
      try await withScratch { folder in
        let outcome = try await Tgge.run(
          words + ["--json", "--quiet", "--out", "drive.csv"],
          ranks: 3,
          in: folder
        )
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let report = try JSONObject(outcome.output)
        let points = report.list("points")
        #expect(points.count == 21)
        #expect(report.text("key") == "baths.drive")
        #expect(report.list("failures").isEmpty)
        let expected = [1: 0.005751420564933884, 10: 0.035193662447200375, 20: 0.05243999604128832]
        for (index, current) in expected {
          #expect(points[index].number("value") == Double(index) / 20)
          #expect(abs(points[index].number("current") - current) < 1e-13)
          #expect(points[index].number("residual") < 1e-12)
          #expect(points[index].list("lambda").count == 3)
        }
        #expect(abs(points[10].number("slope") - 0.044098446478555736) < 1e-10)

        let rows = folder.text("drive.csv").split(separator: "\n").map(String.init)
        #expect(rows.count == 3 + 21)
        #expect(rows[1].hasPrefix("# units: baths.drive (1), current (energy), filling (1), "))
        #expect(
          rows[2].hasPrefix("baths.drive,current,filling,slope,filling_slope,residual,lambda")
        )
        #expect(rows[13].hasPrefix("0.5,0.0351936624472"))
      }
      let table = try await Tgge.run(words, ranks: 1)
      #expect(table.status == 0)
      #expect(table.output.contains("  0.0351936624472  "), "\(table)")
      #expect(table.output.contains("21 points on 1 rank"))
    }

    @Test("Digests of all points are equal on 1, 2, 3, 4 and 7 ranks and for any number of groups")
    func digests() async throws {
      let words = [
        "sweep", Self.figure5a, "--vary", "baths.drive=0.1:0.9:0.04", "--json", "--quiet",
      ]
      let alone = try JSONObject(try await Tgge.run(words).output).list("points")
      #expect(Set(alone.map { $0.text("digest") }).count == 21)
      let cases = [(1, 1), (2, 1), (2, 2), (3, 2), (4, 3), (7, 1), (7, 7)]
      try await Tgge.forEach(cases) { ranks, groups in
        let outcome = try await Tgge.run(words + ["--groups", "\(groups)"], ranks: ranks)
        let points = try JSONObject(outcome.output).list("points")
        #expect(points.count == alone.count)
        for (one, other) in zip(alone, points) {
          #expect(one.text("digest") == other.text("digest"), "\(ranks) ranks, \(groups) groups")
          #expect(one.number("current") == other.number("current"))
          #expect(one.number("slope") == other.number("slope"))
        }
      }
    }

    @Test("Two keys make a grid; sizes, lists and numbers in lists vary, too")
    func grid() async throws {
      let outcome = try await Tgge.run(
        [
          "sweep", Tgge.inputs + "/figure3.yaml", "--vary", "lattice.modes=20,30", "--vary",
          "baths.nonequilibrium.delta[1]=0:1:0.5", "--set", "record.momenta=[-1]", "--json",
          "--quiet",
        ],
        ranks: 2
      )
      #expect(outcome.status == 0, "\(outcome)")
      let points = try JSONObject(outcome.output).list("points")
      #expect(points.map { $0.number("totalModes") } == [20, 20, 20, 30, 30, 30])
      #expect(points.map { $0.number("value") } == [0, 0.5, 1, 0, 0.5, 1])
      #expect(Set(points.map { $0.number("current") }).count == 6)
      let one = try await Tgge.run(
        [
          "steady", Tgge.inputs + "/figure3.yaml", "--modes", "30", "--set",
          "baths.nonequilibrium.delta=[1, 0.5]", "--set", "record.momenta=[-1]", "--json",
          "--quiet",
        ]
      )
      let current = try JSONObject(one.output).number("current")
      #expect(abs(points[4].number("current") - current) < 1e-14)
    }

    @Test("A point that fails is reported with its cause, the others go on, and the status is 70")
    func failures() async throws {
      try await Tgge.forEach([(nil, 1), (3, 1), (3, 2)] as [(Int?, Int)]) { ranks, groups in
        try await withScratch { folder in
          let outcome = try await Tgge.run(
            [
              "sweep", Self.figure5a, "--vary", "lattice.zeeman=-0.5:0.5:0.25", "--groups",
              "\(groups)", "--json", "--quiet", "--out", "field.csv",
            ],
            ranks: ranks,
            in: folder
          )
          #expect(outcome.status == 70, "\(outcome)")
          #expect(outcome.errorLines.count == 2, "\(outcome)")
          #expect(outcome.errors.contains("tgge: lattice.zeeman=0: bands 0 and 1 are degenerate"))
          #expect(outcome.errors.contains("tgge: 1 of 5 points failed"))
          let report = try JSONObject(outcome.output)
          #expect(report.list("points").map { $0.number("value") } == [-0.5, -0.25, 0.25, 0.5])
          #expect(report.list("failures").count == 1)
          #expect(report.list("failures").first?.text("cause").contains("degenerate") == true)
          #expect(folder.text("field.csv").split(separator: "\n").count == 3 + 4)
        }
      }
    }

    @Test("One evaluation of the forces is timed in the same run, if wanted")
    func timing() async throws {
      let outcome = try await Tgge.run(
        [
          "sweep", Tgge.inputs + "/figure3.yaml", "--modes", "1000", "--vary",
          "baths.drive=0.5,0.6",
          "--time-forces", "--json", "--quiet",
        ],
        ranks: 2
      )
      let seconds = try JSONObject(outcome.output).number("forceEvaluationSeconds")
      #expect(seconds > 1e-7 && seconds < 1)
    }

    private static let refusals: [Refusal] = [
      refusal(saying: "give one or two --vary"),
      refusal("--vary", saying: "Missing value for '--vary"),
      refusal("--vary", "baths.drive", saying: "allowed is KEY=FROM:TO:STEP"),
      refusal("--vary", "baths.drive=0:1", saying: "a range is FROM:TO:STEP"),
      refusal("--vary", "baths.drive=0:1:0", saying: "the step must lead"),
      refusal("--vary", "baths.drive=0:nan:1", saying: "'nan' is not a finite number"),
      refusal("--vary", "baths.drive=0.1,", saying: "has an empty value"),
      refusal(
        "--vary",
        "baths.drive=0:1.2:0.4",
        saying: "--vary baths.drive=1.2: baths.drive: 1.2 is out of range; allowed is 0 to 1"
      ),
      refusal(
        "--vary",
        "baths.driv=0,1",
        saying: "--vary baths.driv=0: baths.driv: is an unknown key"
      ),
      refusal("--vary", "lattice.modes=10.5,11", saying: "lattice.modes: "),
      refusal(
        "--vary",
        "lattice.modes=100,99",
        saying: "of their spacing (at lattice.modes=99)"
      ),
      refusal(
        "--vary",
        "baths.drive=0,1",
        "--vary",
        "baths.drive=0,1",
        saying: "give each key once"
      ),
      refusal(
        "--vary",
        "a=1",
        "--vary",
        "b=1",
        "--vary",
        "c=1",
        saying: "give one or two --vary"
      ),
      refusal("--vary", "baths.drive=0,1", "--groups", "0", saying: "--groups must be 1 or more"),
      refusal("--vary", "baths.drive=0,1", "--groups", "9", saying: "each group needs a rank"),
      refusal(
        "--vary",
        "baths.drive=0:0.999:0.001",
        "--vary",
        "baths.thermal.beta=1:100:1",
        saying: "100000 points in all; allowed are 10000"
      ),
      refusal(
        "--vary",
        "lattice.modes=100,10000000000000",
        saying: "the largest point needs about"
      ),
      refusal(
        "--vary",
        "baths.drive=0,1",
        "--set",
        "initial={file: x.csv}",
        saying: "initial.file: holds λ of one deck"
      ),
    ]

    private static func refusal(_ options: String..., saying: String) -> Refusal {
      Refusal(
        title: options.joined(separator: " "),
        files: ["deck.yaml": Array(Sample.chain.utf8)],
        arguments: ["sweep", "deck.yaml"] + options,
        saying: [saying]
      )
    }

    @Test("Wrong --vary and --groups are refused in one line", arguments: [nil, 3] as [Int?])
    func wrongOptions(ranks: Int?) async throws {
      try await Refusal.expect(Self.refusals, ranks: ranks)
    }
  }
}
