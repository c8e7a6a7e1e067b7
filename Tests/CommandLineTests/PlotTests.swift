import Foundation
import Testing

extension Program {
  @Suite("Pictures")
  struct Plots {
    private static let gnuplot = Launcher.find("gnuplot") != nil

    /// Runs the deck of Figure 2 for a short time and keeps what it writes as run.json.
    private func evolve(in folder: Scratch) async throws {
      let outcome = try await Tgge.run(
        ["evolve", Tgge.inputs + "/figure2.yaml", "--json", "--set", "time.end=20"]
      )
      #expect(outcome.status == 0, "\(outcome)")
      try folder.write("run.json", outcome.output.utf8)
    }

    @Test(
      "Each ending makes a file of its kind",
      .enabled(if: gnuplot, "gnuplot is not installed"),
      arguments: [("svg", "<?xml"), ("png", "\u{89}PNG"), ("pdf", "%PDF-")]
    )
    func formats(ending: String, start: String) async throws {
      try await withScratch { folder in
        try await evolve(in: folder)
        let outcome = try await Tgge.run(
          ["plot", "run.json", "--out", "a picture.\(ending)"],
          in: folder
        )
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output == "a picture.\(ending)\n")
        #expect(folder.names == ["run.json", "a picture.\(ending)"])
        let bytes = folder.bytes("a picture.\(ending)")
        #expect(bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
        #expect(bytes.count > 3000)
      }
    }

    @Test(
      "The picture has the names of axes and curves",
      .enabled(if: gnuplot, "gnuplot is not installed")
    )
    func names() async throws {
      try await withScratch { folder in
        try await evolve(in: folder)
        let outcome = try await Tgge.run(
          ["plot", "run.json", "--title", "<a> & 'b'"],
          in: folder
        )
        #expect(outcome.status == 0, "\(outcome)")
        let text = folder.text("run.svg")
        for name in [
          "time t (ħ/energy unit)", "Lagrange parameter λ", "Gibbs state", "k = −π", "k = −0.6π",
          "k = 0.2π", "&lt;a> &amp; 'b'",
        ] where !text.contains(name) { Issue.record("no \(name)") }
      }
    }

    @Test(
      "Without gnuplot the error names it, and script and data are left",
      arguments: ["run.png", "run.gnuplot"]
    )
    func missing(picture: String) async throws {
      try await withScratch { folder in
        try await evolve(in: folder)
        let words = ["/usr/bin/env", "PATH=/nowhere", Tgge.binary, "plot", "run.json", "--out"]
        let outcome = try await Job(words + [picture], in: folder).finish(timeout: 20)
        #expect(folder.names == ["run.json", "run.gnuplot", "run.dat"])
        #expect(folder.text("run.gnuplot").contains("'run.dat' index 0 using 1:2"))
        let gibbs = folder.text("run.dat").firstMatch(of: /# Gibbs state\n0\.0 (.*)\n/)
        // β (ε − μ) = 2 · 2, to its last places.
        #expect(abs((gibbs.flatMap { Double($0.1) } ?? 0) - 4) <= 4 * 4.0.ulp)
        guard picture != "run.gnuplot" else {
          #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
          return
        }
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        for piece in ["gnuplot-nox", "run.gnuplot", "run.dat"] {
          #expect(outcome.errors.contains(piece))
        }
        guard let gnuplot = Launcher.find("gnuplot") else { return }
        let later = try await Job([gnuplot, "run.gnuplot"], in: folder).finish(timeout: 20)
        #expect(later.status == 0, "\(later)")
        #expect(folder.bytes("run.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
    }

    @Test("Several ranks draw once", arguments: [Launcher.own, .foreign])
    func severalRanks(launcher: Launcher) async throws {
      guard launcher.path != nil else { return }
      try await withScratch { folder in
        try await evolve(in: folder)
        let outcome = try await Tgge.run(
          ["plot", "run.json", "--out", "run.gnuplot"],
          ranks: 3,
          launcher: launcher,
          in: folder
        )
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output == "run.gnuplot\n")
      }
    }

    @Test("What cannot be drawn is one line, whatever the number of ranks", arguments: [nil, 3])
    func refusals(ranks: Int?) async throws {
      func refusal(_ title: String, _ arguments: [String], _ saying: String...) -> Refusal {
        Refusal(
          title: title,
          files: ["run.json": Array("{\"command\": \"evolve\"}".utf8)],
          arguments: ["plot"] + arguments,
          saying: saying
        )
      }
      try await Refusal.expect(
        [
          refusal("no file", [], "Missing"),
          refusal("a file that is not there", ["none.json"], "none.json", "no such file"),
          refusal("nothing recorded", ["run.json"], "run.json: has no recorded modes"),
          refusal("an ending", ["run.json", "--out", "a.jpg"], "a.jpg", ".svg"),
          refusal("a folder", ["run.json", "--out", "none/a.svg"], "no folder"),
          refusal("itself", ["run.json", "--out", "./run.json"], ".svg"),
          refusal("a panel", ["run.json", "--show", "charge"], "charge"),
        ],
        ranks: ranks
      )
    }
  }
}
