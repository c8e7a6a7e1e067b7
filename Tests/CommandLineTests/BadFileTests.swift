import Foundation
import Testing

extension Program {
  @Suite("Files of λ that cannot be used")
  struct BadFiles {
    /// A run on four modes that begins with the state in lambda.csv.
    private static func table(_ rows: String, _ title: String, saying: String...) -> Refusal {
      Refusal(
        title: title,
        files: ["deck.yaml": Array(Sample.chain.utf8), "lambda.csv": Array(rows.utf8)],
        arguments: ["evolve", "deck.yaml", "--modes", "4", "--set", "initial={file: lambda.csv}"],
        saying: ["lambda.csv"] + saying
      )
    }

    private static let header = "momentum,band,lambda\n"

    private static let tables: [Refusal] = [
      table("", "empty", saying: "is empty"),
      table("k,band,lambda\n-1,0,0\n", "wrong columns", saying: ":1: ", "allowed are momentum"),
      table("momentum,lambda\n-1,0\n", "a column missing", saying: ":1: ", "band is missing"),
      table(header + "-1,0,0\n-0.5,0,0\n0,0,0\n", "the last mode missing", saying: "4 are needed"),
      table(
        header + "-0.5,0,0\n0,0,0\n0.5,0,0\n",
        "the first mode missing",
        saying: "4 are needed"
      ),
      table(header + "-1,0,0\n0,0,0\n0.5,0,0\n", "a middle mode missing", saying: "4 are needed"),
      table(
        header + "-1,0,0\n-0.5,0,0\n0,0,0\n0,0,0\n0.5,0,0\n",
        "a mode twice",
        saying: ":5: the mode is given twice"
      ),
      table(header + "-1,0,0\n-0.4,0,0\n", "off the grid", saying: ":3: ", "not on the grid"),
      table(header + "-1,1,0\n", "a band too many", saying: ":2: ", "below 1"),
      table(header + "-1,0,nan\n", "NaN", saying: ":2: lambda: ", "not finite"),
      table(header + "-1,0,1e999\n", "infinite", saying: ":2: lambda: ", "not finite"),
      table(header + "-1,0\n", "a field missing", saying: ":2: ", "2 fields"),
      table("\u{0}\u{1}\u{2}\n", "binary", saying: ":1: "),
      .deck(
        "initial: {filling: 0.5}",
        "initial: {file: none.csv}",
        at: "9: initial.file",
        "none.csv: there is no such file"
      ),
      .options("--set", "initial={file: /}", saying: "initial.file: /: is a directory"),
      .options("--set", "initial={file: /dev/zero}", saying: "file: /dev/zero: is longer than"),
    ]

    private static let outputs: [Refusal] = [
      .options("--out", "none/lambda.csv", saying: "--out none/lambda.csv: there is no folder"),
      .options("--out", "/", saying: "--out /: is "),
      .options("--out", ".", saying: "--out .: is a directory"),
      .options("--out", "", saying: "--out : is not the name of a file"),
      .options("--out", "lambda/", saying: "--out lambda/: is not the name of a file"),
      .options("--out", "./deck.yaml", saying: "would replace ./deck.yaml, which is read"),
      .options("--out", "/proc/lambda.csv", saying: "--out /proc/lambda.csv: "),
    ]

    /// A good state in lambda.csv, at which a run begins that writes a file.
    private static func replacing(_ command: String, _ option: String, _ out: String) -> Refusal {
      let rows = [-1, -0.5, 0, 0.5].map { "\($0),0,0\n" }.joined()
      return Refusal(
        title: "\(command) \(option) \(out)",
        files: ["deck.yaml": Array(Sample.chain.utf8), "lambda.csv": Array((header + rows).utf8)],
        arguments: [command, "deck.yaml", "--modes", "4", "--set", "initial={file: lambda.csv}"]
          + [option, out],
        saying: ["\(option) \(out): would replace ", "lambda.csv, which initial.file names; name"]
      )
    }

    @Test("The file of initial.file is not replaced", arguments: [nil, 3] as [Int?])
    func initialFile(ranks: Int?) async throws {
      try await Refusal.expect(
        [
          BadFiles.replacing("evolve", "--out", "lambda.csv"),
          BadFiles.replacing("evolve", "--checkpoint", "./lambda.csv"),
          BadFiles.replacing("steady", "--out", "lambda.csv"),
          BadFiles.replacing("spectrum", "--out", "lambda.csv"),
          BadFiles.replacing("bands", "--out", "lambda.csv"),
        ],
        ranks: ranks
      )
    }

    @Test("Initial states: one line, naming the row", arguments: [nil, 3] as [Int?])
    func initialStates(ranks: Int?) async throws {
      try await Refusal.expect(BadFiles.tables, ranks: ranks)
    }

    @Test("A mode that one of seven ranks misses stops all of them")
    func sevenRanks() async throws {
      try await Refusal.expect(Array(BadFiles.tables[3...5]), ranks: 7)
    }

    @Test("--out where no file can be: one line, before the work", arguments: [nil, 3] as [Int?])
    func outputs(ranks: Int?) async throws {
      try await Refusal.expect(BadFiles.outputs, ranks: ranks)
    }

    /// As the superuser, who could, the file would take the place of the device.
    @Test("--out to a device is refused and leaves it alone", arguments: [nil, 3] as [Int?])
    func device(ranks: Int?) async throws {
      try await withScratch { folder in
        let pipe = folder.url.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let refusal = Refusal.options("--out", pipe, saying: "is a device or a pipe")
        try await Refusal.expect([refusal], ranks: ranks)
        let type =
          try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType
        #expect(type != .typeRegular)
        #expect(folder.names == ["pipe"])
      }
    }

    @Test("Links to what is no file are refused and stay", arguments: [nil, 3] as [Int?])
    func links(ranks: Int?) async throws {
      try await withScratch { folder in
        try folder.makeFolder("data")
        let targets = [
          ("null", "/dev/null", "is a device or a pipe, not a file"),
          ("folder", "data", "is a directory, not a file"),
          ("circle", "circle", "is a link in a circle"),
          ("lost", "none/lambda.csv", "there is no folder "),
          ("deck", "deck.yaml", "would replace "),
          // Standard output is a file here, and a pipe to mpirun.
          ("stream", "/proc/self/fd/1", ranks == nil ? "is where standard" : "is a device or"),
        ]
        try folder.write("deck.yaml", Sample.chain.utf8)
        for (name, target, _) in targets { try folder.link(name, to: target) }
        let names = folder.names
        for option in ["--out", "--checkpoint"] {
          for (name, target, reason) in targets {
            let words = ["evolve", "deck.yaml", option, name]
            let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
            #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
            #expect(outcome.errors.contains("\(option) \(name): \(reason)"), "\(outcome)")
            #expect(folder.target(of: name) == target)
          }
        }
        #expect(folder.names == names && folder.names(in: "data").isEmpty)
      }
    }

    @Test("A file where standard output goes is refused, not lost")
    func standardOutput() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let command = "exec '\(Tgge.binary)' evolve deck.yaml --out table.csv > table.csv"
        let outcome = try await Job(["/bin/sh", "-c", command], in: folder).finish(timeout: 30)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--out table.csv: is where standard output goes"))
      }
    }

    @Test("A full standard output is an error")
    func fullOutput() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let command = "exec '\(Tgge.binary)' evolve deck.yaml --json > /dev/full"
        let outcome = try await Job(["/bin/sh", "-c", command], in: folder).finish(timeout: 30)
        #expect(outcome.status == 64)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("standard output could not be written"))
      }
    }
  }
}
