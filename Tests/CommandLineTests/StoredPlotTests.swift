import Foundation
import Testing

extension Program {
  @Suite("Pictures of files of results")
  struct StoredPlots {
    private static let figure2 = Tgge.inputs + "/figure2.yaml"
    private static let figure3 = Tgge.inputs + "/figure3.yaml"
    private static let figure5a = Tgge.inputs + "/figure5a.yaml"

    private static let runs = [
      ["evolve", figure2, "--set", "time={end: 20, outputs: 5}"],
      ["sweep", figure3, "--vary", "baths.drive=0:1:0.25"],
      ["sweep", figure5a, "--vary", "baths.drive=0.1:0.9:0.2"],
      ["sweep", figure5a, "--vary", "lattice.zeeman=0.5,1", "--vary", "baths.drive=0.1,0.4,0.8"],
      // The point in the middle fails.
      ["sweep", figure5a, "--vary", "lattice.zeeman=-0.5,0,0.5"],
      ["extrapolate", figure3, "--modes", "16,24,32", "--set", "record.momenta=[]"],
      ["bands", figure5a],
    ]

    /// Script and data of the picture of a file.
    private func picture(
      of file: String,
      ranks: Int? = nil,
      in folder: Scratch
    ) async throws -> [String] {
      let outcome = try await Tgge.run(
        ["plot", file, "--out", "picture.gnuplot"],
        ranks: ranks,
        in: folder
      )
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      defer { for name in ["picture.gnuplot", "picture.dat"] { folder.remove(name) } }
      return ["picture.gnuplot", "picture.dat"].map { folder.text($0) }
    }

    @Test("The picture is that of what --json wrote, number by number", arguments: runs)
    func same(words: [String]) async throws {
      try await withScratch { folder in
        let run = words + ["--json", "--quiet", "--out", "run.h5"]
        let outcome = try await Tgge.run(run, ranks: 2, in: folder)
        #expect([0, 70].contains(outcome.status), "\(outcome)")
        try folder.write("run.json", outcome.output.utf8)
        let expected = try await picture(of: "run.json", in: folder)
        #expect(expected.allSatisfy { $0.count > 100 })
        #expect(try await picture(of: "run.h5", in: folder) == expected)
        #expect(try await picture(of: "run.h5", ranks: 2, in: folder) == expected)
      }
    }

    @Test("Of a steady state it has the occupations of all modes, as of the table of λ")
    func steady() async throws {
      try await withScratch { folder in
        for name in ["run.csv", "run.h5"] {
          let words = ["steady", Self.figure5a, "--quiet", "--out", name]
          let outcome = try await Tgge.run(words, ranks: 2, in: folder)
          #expect(outcome.status == 0, "\(outcome)")
        }
        let expected = try await picture(of: "run.csv", in: folder)
        #expect(try await picture(of: "run.h5", in: folder) == expected)
      }
    }

    @Test("What cannot be drawn is one line", arguments: [nil, 2] as [Int?])
    func refused(ranks: Int?) async throws {
      try await withScratch { folder in
        let run = ["evolve", "deck.yaml", "--set", "record.momenta=[]", "--out", "run.h5"]
        try folder.write("deck.yaml", Sample.chain.utf8)
        let outcome = try await Tgge.run(run, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        let bytes = folder.bytes("run.h5")
        func refusal(_ file: String, _ bytes: [UInt8]?, _ saying: String) -> Refusal {
          var refusal = Refusal(title: file, arguments: ["plot", file], saying: [saying])
          if let bytes { refusal.files = [file: bytes] }
          return refusal
        }
        try await Refusal.expect(
          [
            refusal("none.h5", nil, "none.h5: there is no such file"),
            refusal("run.h5", bytes, "run.h5: has no recorded modes"),
            refusal("text.h5", Array("{}".utf8), "text.h5: is not an HDF5 file"),
            refusal("torn.h5", bytes.dropLast(3000), "torn.h5: cannot be read"),
          ],
          ranks: ranks
        )
      }
    }
  }
}
