import Foundation
import Testing

private typealias Checkpoints = ProgramGoingOn.Checkpoints
private typealias Ledgers = ProgramGoingOn.Ledgers

extension ProgramOnDisk {
  @Suite("Files that cannot be written")
  struct UnwritableFiles {
    /// A command that writes a file, and whose work would take long or print something.
    private struct Writer: Sendable {
      let file: String
      let words: [String]

      /// The command line where the file is in a folder.
      func arguments(in folder: String) -> [String] {
        words.map { $0 == file ? folder + $0 : $0 }
      }
    }

    private static let deck = ["deck.yaml", "--modes", "20000", "--forces", "direct"]
    private static let evolve = ["evolve"] + deck + ["--set", "time.end=1e6"]
    private static let sweep = ["sweep"] + deck + ["--vary", "baths.drive=0:1:0.01"]

    private static let writers = [
      Writer(file: "run.h5", words: evolve + ["--out", "run.h5"]),
      Writer(file: "run.h5", words: evolve + ["--out", "run.h5", "--checkpoint", "state"]),
      Writer(file: "run.csv", words: evolve + ["--out", "run.csv"]),
      Writer(file: "state", words: evolve + ["--checkpoint", "state"]),
      Writer(file: "steady.h5", words: ["steady"] + deck + ["--out", "steady.h5"]),
      Writer(file: "steady.csv", words: ["steady"] + deck + ["--out", "steady.csv"]),
      Writer(file: "ledger", words: sweep + ["--checkpoint", "ledger"]),
      Writer(file: "sweep.h5", words: sweep + ["--out", "sweep.h5"]),
      Writer(file: "sweep.csv", words: sweep + ["--out", "sweep.csv"]),
      Writer(file: "rates.h5", words: ["spectrum", "deck.yaml", "--out", "rates.h5"]),
      Writer(file: "bands.csv", words: ["bands", "deck.yaml", "--out", "bands.csv"]),
      Writer(
        file: "limit.csv",
        words: ["extrapolate", "deck.yaml", "--modes", "16,24", "--out", "limit.csv"]
      ),
      Writer(file: "run.svg", words: ["plot", "run.json", "--out", "run.svg"]),
      Writer(file: "run.gnuplot", words: ["plot", "run.json", "--out", "run.gnuplot"]),
    ]

    /// Writes what the commands read.
    private static func prepare(_ folder: Scratch) throws {
      try folder.write("deck.yaml", Sample.chain.utf8)
      try folder.write("run.json", "{\"command\": \"evolve\"}".utf8)
    }

    /// The names and sizes of all files below a folder, and when they were changed.
    private static func content(_ folder: Scratch) -> [String: [Int]] {
      let names = FileManager.default.enumerator(atPath: folder.url.path)?.allObjects ?? []
      return names.reduce(into: [:]) { result, name in
        guard let name = name as? String else { return }
        var status = stat()
        guard lstat(folder.url.appending(path: name).path, &status) == 0 else { return }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        result[name] = isFile ? [Int(status.st_size), status.st_mtim.tv_nsec] : []
      }
    }

    /// What starts programs as a user who may write nowhere, if this is the superuser.
    private static let unprivileged: [String] = {
      guard geteuid() == 0, let setpriv = Launcher.find("setpriv") else { return [] }
      return [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    }()

    /// Whether there is such a user, who may run the program.
    static let canLosePrivileges =
      geteuid() != 0
      || !unprivileged.isEmpty && Disk.succeeds(unprivileged + [Tgge.binary, "--version"])

    /// Expects that a command is refused in one line, before its work, and that nothing is written.
    private static func expectRefused(
      _ words: [String],
      as user: [String] = [],
      ranks: Int?,
      in folder: Scratch,
      saying pieces: String...
    ) async throws {
      let before = content(folder)
      let launcher = ranks.map { Launcher.own.words(ranks: $0) } ?? []
      let outcome = try await Job(user + launcher + [Tgge.binary] + words, in: folder)
        .finish(timeout: 20)
      let comment = Comment(rawValue: "\(words) on \(ranks ?? 0) ranks: \(outcome)")
      #expect(!outcome.timedOut, comment)
      #expect(outcome.status == 64, comment)
      #expect(outcome.output.isEmpty, comment)
      #expect(outcome.errorLines.count == 1, comment)
      for piece in ["tgge: "] + pieces { #expect(outcome.errors.contains(piece), comment) }
      #expect(content(folder) == before, comment)
    }

    @Test("A folder that is not there, or is a file", arguments: [nil, 2] as [Int?])
    func noFolder(ranks: Int?) async throws {
      try await Tgge.forEach(UnwritableFiles.writers) { writer in
        try await withScratch { folder in
          try UnwritableFiles.prepare(folder)
          try await UnwritableFiles.expectRefused(
            writer.arguments(in: "none/"),
            ranks: ranks,
            in: folder,
            saying: " none/\(writer.file): there is no folder ",
            "/none; make it before"
          )
          try await UnwritableFiles.expectRefused(
            writer.arguments(in: "deck.yaml/"),
            ranks: ranks,
            in: folder,
            saying: " deck.yaml/\(writer.file): ",
            "/deck.yaml is not a folder"
          )
        }
      }
    }

    @Test("A directory that has the name", arguments: [nil, 2] as [Int?])
    func directory(ranks: Int?) async throws {
      try await Tgge.forEach(UnwritableFiles.writers) { writer in
        try await withScratch { folder in
          try UnwritableFiles.prepare(folder)
          try FileManager.default.createDirectory(
            at: folder.url.appending(path: writer.file),
            withIntermediateDirectories: false
          )
          try await UnwritableFiles.expectRefused(
            writer.words,
            ranks: ranks,
            in: folder,
            saying: " \(writer.file): is a directory, not a file; name another"
          )
        }
      }
    }

    @Test(
      "A directory that has the name of a file beside it",
      arguments: ["run.h5.rows", "state.previous", "state.partial", "run.dat"]
    )
    func companions(name: String) async throws {
      try await withScratch { folder in
        try UnwritableFiles.prepare(folder)
        try FileManager.default.createDirectory(
          at: folder.url.appending(path: name),
          withIntermediateDirectories: false
        )
        let words =
          name == "run.dat"
          ? ["plot", "run.json", "--out", "run.gnuplot"]
          : UnwritableFiles.evolve + ["--checkpoint", "state", "--out", "run.h5"]
        for ranks in [nil, 2] {
          try await UnwritableFiles.expectRefused(
            words,
            ranks: ranks,
            in: folder,
            saying: ": \(name) is a directory, not a file; name another"
          )
        }
      }
    }

    @Test(
      "A folder that the user may not write to",
      .enabled(if: canLosePrivileges, "nobody else may run the program"),
      arguments: [nil, 2] as [Int?]
    )
    func noPermission(ranks: Int?) async throws {
      try await Tgge.forEach(UnwritableFiles.writers) { writer in
        try await withScratch { folder in
          try UnwritableFiles.prepare(folder)
          chmod(folder.url.path, 0o555)
          defer { chmod(folder.url.path, 0o755) }
          try await UnwritableFiles.expectRefused(
            writer.words,
            as: UnwritableFiles.unprivileged,
            ranks: ranks,
            in: folder,
            saying: " \(writer.file): ",
            "cannot be written: Permission denied; name a file in a folder"
          )
        }
      }
    }

    @Test(
      "A file system that is mounted read-only",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func readOnly(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 64 << 10) { disk in
        try UnwritableFiles.prepare(disk.folder)
        try await disk.mount(readOnly: true)
        try await Tgge.forEach(UnwritableFiles.writers) { writer in
          try await UnwritableFiles.expectRefused(
            writer.words,
            ranks: ranks,
            in: disk.folder,
            saying: " \(writer.file): ",
            "cannot be written: Read-only file system; name a file in a folder"
          )
        }
      }
    }

    @Test(
      "The checkpoint of a run whose disk has become read-only stays as it was, and is good afterwards",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func checkpoint(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 4096) { disk in
        let folder = disk.folder
        let whole = try await Checkpoints.whole(in: folder)
        let words = Checkpoints.run + ["--checkpoint", "state", "--every", "5steps"]
        let first = try await Checkpoints.interrupt(words, ranks: ranks, by: SIGTERM, in: folder)
        #expect(first.status == 75, "\(first)")
        try await disk.mount(readOnly: true)
        try await UnwritableFiles.expectRefused(
          words,
          ranks: ranks,
          in: folder,
          saying: "--checkpoint state: ",
          "Read-only file system"
        )
        try await disk.mount(readOnly: false)
        let last = try await Tgge.run(words, ranks: ranks, in: folder)
        #expect(last.status == 0 && last.errors.contains("going on from state"), "\(last)")
        #expect(try Checkpoints.essence(last) == whole)
      }
    }

    @Test(
      "The ledger of a sweep whose disk has become read-only stays as it was, and is good afterwards",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func ledger(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 4096) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        let whole = try await Tgge.run(Ledgers.run + Ledgers.json, in: folder)
        let words = Ledgers.run + ["--checkpoint", "ledger", "--out", "table.csv"]
        _ = try await Ledgers.interrupt(words, ranks: ranks, after: 3, in: folder) {
          try await $0.killAll()
        }
        try await disk.mount(readOnly: true)
        let again = Ledgers.run + Ledgers.json + ["--checkpoint", "ledger"]
        try await UnwritableFiles.expectRefused(
          again,
          ranks: ranks,
          in: folder,
          saying: "--checkpoint ledger: ",
          "Read-only file system"
        )
        try await disk.mount(readOnly: false)
        let last = try await Tgge.run(again, ranks: ranks, in: folder)
        #expect(last.status == 0 && last.errors.isEmpty, "\(last)")
        #expect(try Ledgers.essence(last) == Ledgers.essence(whole))
      }
    }
  }
}
