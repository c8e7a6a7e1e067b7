import Foundation
import Testing

extension Program {
  @Suite("Relaxation rates and bands")
  struct Spectra {
    /// The rates of a report.
    private func rates(_ report: JSONObject) -> [Double] {
      report.list("rates").map { $0.number("re") }
    }

    @Test("The gap of Fig. 3's chain, in JSON and as a table")
    func gap() async throws {
      let deck = [Tgge.inputs + "/figure3.yaml", "--set", "baths.drive=0.5"]
      let outcome = try await Tgge.run(["spectrum"] + deck + ["--json", "--quiet"], ranks: 3)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.isEmpty)
      let report = try JSONObject(outcome.output)
      // 1.3579344751796012 ε of an independent program.
      #expect(abs(report.number("gap") - 0.05 * 1.3579344751796012) < 1e-10)
      #expect(report.number("coupling") == 0.05)
      #expect(report.number("conservedQuantities") == 1)
      #expect(report.number("idleModes") == 0)
      #expect(report.number("complete") == 0)
      #expect(report.list("rates").count == 6)
      #expect(rates(report).first == report.number("gap"))
      #expect(report.list("rates").allSatisfy { $0.number("residual") < 1e-10 })
      let table = try await Tgge.run(["spectrum"] + deck + ["--count", "2"], ranks: 1)
      #expect(
        table.output.contains("gap 0.067896723759; the slowest state is spread over 1.97 modes")
      )
      #expect(table.output.contains("1.36224594638"))
      #expect(!table.output.contains("1.36918"))
    }

    @Test("The rates are equal bit for bit on 1, 2, 3, 4 and 7 ranks, and begin those of --all")
    func ranks() async throws {
      let deck = [Tgge.inputs + "/figure5a.yaml", "--json", "--quiet"]
      let words = ["spectrum"] + deck + ["--count", "9"]
      let alone = try JSONObject(try await Tgge.run(words, ranks: 1).output)
      try await Tgge.forEach([2, 3, 4, 7]) { ranks in
        let report = try JSONObject(try await Tgge.run(words, ranks: ranks).output)
        #expect(rates(report) == rates(alone), "\(ranks) ranks")
        #expect(report.text("digest") == alone.text("digest"), "\(ranks) ranks")
      }
      let all = try JSONObject(try await Tgge.run(["spectrum"] + deck + ["--all"], ranks: 2).output)
      #expect(rates(all).count == 199)
      #expect(all.number("complete") == 1)
      for (one, other) in zip(rates(alone), rates(all)) { #expect(abs(one - other) < 1e-10 * one) }
    }

    @Test("Modes without any rate are left out with a warning")
    func idleModes() async throws {
      let words = ["spectrum", Tgge.inputs + "/figure5a.yaml", "--set", "baths.drive=1"]
      let outcome = try await Tgge.run(words, ranks: 2)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.contains("never relax and are left out: 2 of them"))
    }

    @Test("A kernel that is not of low rank has a spectrum, too")
    func correlatedDephasing() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.rashba.utf8)
        let outcome = try await Tgge.run(["spectrum", "deck.yaml", "--json"], ranks: 2, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        let report = try JSONObject(outcome.output)
        #expect(report.text("forces") == "direct")
        #expect(report.list("rates").count == 6)
        #expect(report.number("gap") > 0)
      }
    }

    @Test("--out writes the rates, as a table and as HDF5", arguments: [nil, 3] as [Int?])
    func files(ranks: Int?) async throws {
      try await withScratch { folder in
        let words = [
          "spectrum", Tgge.inputs + "/figure5a.yaml", "--json", "--quiet", "--count", "4",
        ]
        let table = try await Tgge.run(words + ["--out", "a.csv"], ranks: ranks, in: folder)
        let file = try await Tgge.run(words + ["--out", "a.h5"], ranks: ranks, in: folder)
        #expect(table.status == 0 && file.status == 0, "\(table) \(file)")
        #expect(folder.names == ["a.csv", "a.h5"])
        let report = try JSONObject(table.output)
        let lines = folder.text("a.csv").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.first == "rate,frequency,residual")
        let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(rows.count == 4)
        let content = try await ResultContent.read("a.h5", in: folder)
        for (column, (name, key)) in [
          ("rate", "re"), ("frequency", "im"), ("residual", "residual"),
        ]
        .enumerated() {
          let values = report.list("rates").map { $0.number(key) }
          // Foundation reads JSON to some units in the last place.
          for (row, value) in zip(rows, values) { #expect(abs(row[column] - value) < 1e-15) }
          #expect(content.datasets["spectrum/\(name)"]?.values == rows.map { $0[column] })
        }
      }
    }

    private static let refusals: [Refusal] = [
      spectrum("--all", "--modes", "4097", saying: "4096 are allowed; --count finds the slowest"),
      spectrum(
        "--forces",
        "direct",
        "--modes",
        "4097",
        saying: "4096 are allowed; a separable kernel"
      ),
      spectrum("--count", "0", saying: "--count must be 1 or more"),
      spectrum("--count", "3", "--all", saying: "--count and --all exclude each other"),
      spectrum("--count", "many", saying: "'many' is invalid"),
    ]

    private static func spectrum(_ options: String..., saying: String) -> Refusal {
      Refusal(
        title: options.joined(separator: " "),
        files: ["deck.yaml": Array(Sample.chain.replacing("[-1, 0.5]", with: "[-1]").utf8)],
        arguments: ["spectrum", "deck.yaml"] + options,
        saying: [saying]
      )
    }

    @Test("What is asked too much is refused in one line", arguments: [nil, 3] as [Int?])
    func refused(ranks: Int?) async throws {
      try await Refusal.expect(Spectra.refusals, ranks: ranks)
    }

    @Test("The bands of Fig. 4 as a table, JSON and CSV")
    func bands() async throws {
      try await withScratch { folder in
        let deck = Tgge.inputs + "/figure4.yaml"
        let words = ["bands", deck, "--modes", "4", "--json", "--out", "bands.csv"]
        let outcome = try await Tgge.run(words, ranks: 3, in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let report = try JSONObject(outcome.output)
        #expect(report.text("command") == "bands")
        #expect(report.number("totalModes") == 8)
        let states = report.list("states")
        #expect(states.count == 8)
        // k = π/2: d = 2·1.1 + 1 = 3.2, R² = 3.2² + 1.8²; k = −π/2: d = −1.2.
        let (up, down) = (13.48.squareRoot(), 4.68.squareRoot())
        let energies = states.map { $0.number("energy") }
        let expected = [3, 1, down, -down, -1, -3, up, -up]
        #expect(zip(energies, expected).allSatisfy { abs($0 - $1) < 1e-14 })
        // v = 2J sin k ± (2 α_y cos k d + 4 α_z² sin k cos k)/R
        let velocities = [-2.2, 2.2, -2, -2, 2.2, -2.2, 2, 2]
        for (state, velocity) in zip(states, velocities) {
          #expect(abs(state.number("velocity") - velocity) < 1e-14)
        }
        let rows = folder.text("bands.csv")
          .split(separator: "\n")
        #expect(rows.count == 10)
        #expect(rows[1] == "momentum,band,energy,velocity,weight_up,weight_down")
        for (row, state) in zip(rows.dropFirst(2), states) {
          let cells = row.split(separator: ",").compactMap { Double($0) }
          #expect(cells.count == 6)
          // Foundation reads JSON to some units in the last place.
          #expect(cells[0] == state.number("momentum"))
          #expect(abs(cells[2] - state.number("energy")) < 2e-15)
          #expect(abs(cells[4] + cells[5] - 1) < 1e-15)
        }
        let table = try await Tgge.run(["bands", deck, "--modes", "4"], ranks: 1)
        #expect(table.output.split(separator: "\n").count == 9)
        #expect(table.output.contains("2.16333076528"))
      }
    }

    @Test("Bands need no recorded momenta: a lattice without them will do", arguments: [nil, 2])
    func bandsOffTheGrid(ranks: Int?) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let words = ["bands", "deck.yaml", "--modes", "7", "--out", "bands.h5"]
        let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count == 8)
      }
    }

    @Test(
      "Degenerate bands are refused by all ranks, and leave no file",
      arguments: [nil, 3] as [Int?]
    )
    func degenerateBands(ranks: Int?) async throws {
      try await withScratch { folder in
        let words = [
          "bands", Tgge.inputs + "/figure4.yaml", "--set", "lattice.zeeman=0", "--out", "bands.csv",
        ]
        let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("degenerate at the momentum (-1.0π)"))
        #expect(outcome.output.isEmpty)
        #expect(folder.names.isEmpty)
        let twisted = try await Tgge.run(
          words + ["--set", "lattice.twist=0.5"],
          ranks: ranks,
          in: folder
        )
        #expect(twisted.status == 0, "\(twisted)")
        #expect(folder.names == ["bands.csv"])
      }
    }
  }
}
