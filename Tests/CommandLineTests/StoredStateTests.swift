import Foundation
import Testing

extension ProgramOnDisk {
  @Suite("States that are read from files of results")
  struct StoredStates {
    private static let evolve = ["evolve", "deck.yaml", "--json", "--quiet"]

    /// Runs evolve up to a time, with so many outputs.
    private func report(
      _ options: [String],
      end: Double,
      outputs: Int = 2,
      ranks: Int? = nil,
      in folder: Scratch
    ) async throws -> Job.Outcome {
      let time = "time={end: \(end), outputs: \(outputs), method: explicit}"
      let words = StoredStates.evolve + ["--set", time] + options
      let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      return outcome
    }

    private struct Numbers: Decodable {
      let digest: String
      let filling: Double
    }

    private func digest(_ outcome: Job.Outcome) throws -> String {
      try JSONDecoder().decode(Numbers.self, from: Data(outcome.output.utf8)).digest
    }

    @Test("λ of any output comes back with all its bits, written and read on any number of ranks")
    func evolved() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.custom.utf8)
        _ = try await report(["--out", "run.h5"], end: 4, outputs: 3, ranks: 3, in: folder)
        let stored = try await ResultContent.read("run.h5", in: folder)
        let lambda = try #require(stored.datasets["outputs/lambda"]?.values)
        for (initial, row) in [
          ("{file: run.h5}", 2), ("{file: run.h5, time: 4}", 2), ("{file: run.h5, time: 2}", 1),
          ("{file: run.h5, time: 0}", 0),
        ] {
          var digests: Set<String> = []
          for ranks in [1, 2, 7] {
            let options = ["--set", "initial=\(initial)", "--out", "next.h5"]
            let next = try await report(options, end: 1, ranks: ranks, in: folder)
            digests.insert(try digest(next))
            let begun = try await ResultContent.read("next.h5", in: folder)
            let first = try #require(begun.datasets["outputs/lambda"]?.values.prefix(48))
            #expect(Array(first) == Array(lambda[48 * row..<48 * (row + 1)]), "\(initial)")
          }
          #expect(digests.count == 1)
        }
      }
    }

    @Test("A steady state is one to begin with, and keeps its filling")
    func steady() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let filling = ["--set", "initial.filling=0.3", "--out", "steady.h5"]
        let words = ["steady", "deck.yaml", "--json", "--quiet"]
        let first = try await Tgge.run(words + filling, ranks: 2, in: folder)
        #expect(first.status == 0, "\(first)")
        let initial = ["--set", "initial={file: steady.h5}"]
        let again = try await Tgge.run(words + initial, ranks: 3, in: folder)
        #expect(again.status == 0, "\(again)")
        let fillings = try [first, again].map { outcome in
          try JSONDecoder().decode(Numbers.self, from: Data(outcome.output.utf8)).filling
        }
        #expect(fillings.allSatisfy { abs($0 - 0.3) < 1e-14 })
      }
    }

    @Test(
      "A point of a sweep is a state to begin with, of whatever lattice it is",
      arguments: [1, 3]
    )
    func swept(ranks: Int) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.rashba.utf8)
        // The point in the middle fails in the second one.
        for (vary, modes) in [
          ("lattice.modes=10,7,13", [10, 7, 13]), ("lattice.zeeman=1,0,2", nil),
        ] {
          let words = ["sweep", "deck.yaml", "--set", "record.momenta=[]", "--vary", vary]
          let sweep = try await Tgge.run(words + ["--out", "sweep.h5"], ranks: 2, in: folder)
          #expect(sweep.status == (modes == nil ? 70 : 0), "\(sweep)")
          let stored = try await ResultContent.read("sweep.h5", in: folder).datasets
          let lambda = try #require(stored["sweep/lambda"])
          for point in 0..<3 {
            let initial = "initial={file: sweep.h5, point: \(point)}"
            var options = ["--set", initial, "--set", "record.momenta=[]", "--out", "next.h5"]
            if let modes { options += ["--modes", "\(modes[point])"] }
            options += ["--set", "time={end: 1, outputs: 2}", "--quiet"]
            let next = try await Tgge.run(
              ["evolve", "deck.yaml"] + options,
              ranks: ranks,
              in: folder
            )
            guard modes != nil || point != 1 else {
              #expect(next.status == 64, "\(next)")
              #expect(next.errors.contains("no state at point 1, which failed"), "\(next)")
              continue
            }
            #expect(next.status == 0, "\(next)")
            let begun = try await ResultContent.read("next.h5", in: folder).datasets
            let first = try #require(begun["outputs/lambda"])
            let row = lambda.values.dropFirst(point * lambda.shape[1]).prefix(first.shape[1])
            #expect(first.values.prefix(first.shape[1]).elementsEqual(row), "\(vary), \(point)")
          }
        }
      }
    }

    @Test("A file that is not there, not ours or does not fit is refused with key and line")
    func refused() async throws {
      try await withScratch { folder in
        try folder.write("chain.yaml", Sample.chain.utf8)
        let runs = [
          ["evolve", "chain.yaml", "--set", "time={end: 1, outputs: 3}", "--out", "run.h5"],
          ["steady", "chain.yaml", "--out", "steady.h5"],
          ["sweep", "chain.yaml", "--vary", "baths.drive=0,1", "--out", "sweep.h5"],
          ["bands", "chain.yaml", "--out", "bands.h5"],
        ]
        for words in runs {
          let outcome = try await Tgge.run(words, in: folder)
          #expect(outcome.status == 0, "\(outcome)")
        }
        let python = try #require(ResultContent.python)
        let script = "import h5py; h5py.File('other.h5', 'w')['x'] = 1"
        let made = try await Job([python, "-c", script], in: folder).finish(timeout: 20)
        #expect(made.status == 0, "\(made)")
        var files: [String: [UInt8]] = [:]
        for name in ["run.h5", "steady.h5", "sweep.h5", "bands.h5", "other.h5"] {
          files[name] = folder.bytes(name)
        }
        files["torn.h5"] = Array(folder.bytes("run.h5").dropLast(2000))
        files["text.h5"] = Array("momentum,band,lambda\n".utf8)
        func refusal(
          _ new: String,
          _ options: [String] = [],
          in deck: String = Sample.chain,
          saying: String
        ) -> Refusal {
          let text = deck.replacing("initial: {filling: 0.5}\n", with: "") + "initial: \(new)\n"
          let line = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
          return Refusal(
            title: "\(new) \(options)",
            files: files.merging(["deck.yaml": Array(text.utf8)]) { $1 },
            arguments: ["evolve", "deck.yaml"] + options,
            saying: ["deck.yaml:\(line): initial.", saying]
          )
        }
        for ranks in [nil, 3] as [Int?] {
          try await Refusal.expect(
            [
              refusal("{file: none.h5}", saying: "initial.file: none.h5: there is no such file"),
              refusal("{file: text.h5}", saying: "text.h5: is not an HDF5 file"),
              refusal("{file: other.h5}", saying: "is HDF5, but not a file of results of tgge"),
              refusal("{file: torn.h5}", saying: "torn.h5: cannot be read"),
              refusal(
                "{file: sweep.h5}",
                saying: "sweep.h5 is of sweep; point says which of its states it is, from 0 on"
              ),
              refusal(
                "{file: sweep.h5, time: 1}",
                saying: "time: sweep.h5 is of sweep; point says"
              ),
              refusal(
                "{file: sweep.h5, point: 2}",
                saying: "point: sweep.h5 has no point 2; its last one is 1"
              ),
              refusal("{file: run.h5, point: 0}", saying: "run.h5 is of evolve, and has no points"),
              refusal(
                "{file: bands.h5}",
                saying: "was written by bands; allowed are files of evolve, steady and sweep"
              ),
              refusal("{file: x.csv, point: 1}", saying: "x.csv is a table, which has no points"),
              refusal(
                "{file: run.h5}",
                ["--modes", "104"],
                saying: "there are 100 modes; needed are 104"
              ),
              refusal(
                "{file: run.h5}",
                ["--set", "lattice.twist=0.25", "--set", "record.momenta=[]"],
                saying: "its momenta are not those of lattice.modes and lattice.twist"
              ),
              refusal("{file: run.h5}", in: Sample.custom, saying: "momenta have 1 directions"),
              refusal(
                "{file: run.h5}",
                ["--modes", "50"],
                in: Sample.rashba,
                saying: "it has not 2 bands at each momentum"
              ),
              refusal(
                "{file: run.h5, time: 0.7}",
                saying: "time: run.h5 has no output at 0.7; outputs are at 0.0"
              ),
              refusal(
                "{file: steady.h5, time: 1}",
                saying: "steady.h5 has a steady state, and no times"
              ),
              refusal("{file: x.csv, time: 1}", saying: "x.csv is a table, which has no times"),
            ],
            ranks: ranks
          )
        }
      }
    }
  }
}
