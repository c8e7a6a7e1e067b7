import Foundation
import Testing

extension Program {
  @Suite("Disks that are full")
  struct FullDisks {
    /// A small file system in memory, mounted on a folder; needs root.
    private static func withDisk(
      megabytes: Int,
      _ body: (Scratch) async throws -> Void
    ) async throws {
      try await withScratch { folder in
        let options = ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tgge-test"]
        let mount = try #require(Launcher.find("mount"))
        let mounted = try await Job([mount] + options + [folder.url.path], in: nil)
          .finish(timeout: 10)
        #expect(mounted.status == 0, "\(mounted)")
        do { try await body(folder) } catch { Issue.record(error) }
        let unmount = try #require(Launcher.find("umount"))
        let unmounted = try await Job([unmount, folder.url.path], in: nil).finish(timeout: 10)
        #expect(unmounted.status == 0, "\(unmounted)")
      }
    }

    /// Gives what is left of a disk to somebody else.
    private static func fill(_ folder: Scratch) {
      let block = [UInt8](repeating: 1, count: 4096)
      guard let file = fopen(folder.url.appending(path: "filler").path, "w") else { return }
      while fwrite(block, 1, block.count, file) == block.count, fflush(file) == 0 {}
      fclose(file)
    }

    /// Whether file systems can be mounted here.
    static let canMount: Bool = {
      guard geteuid() == 0, let mount = Launcher.find("mount"), let folder = try? Scratch() else {
        return false
      }
      defer { folder.remove() }
      func run(_ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
      }
      guard run([mount, "-t", "tmpfs", "tgge-test", folder.url.path]) else { return false }
      return Launcher.find("umount").map { run([$0, folder.url.path]) } ?? false
    }()

    @Test(
      "A disk without room for a file or a checkpoint is found out before the work",
      .enabled(if: canMount, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func before(ranks: Int?) async throws {
      try await FullDisks.withDisk(megabytes: 1) { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let lattice = ["--modes", "100000", "--set", "record.momenta=[]"]
        let sweep = ["sweep", "deck.yaml", "--vary", "baths.drive=0:1:0.25"]
        for words in [
          ["evolve", "deck.yaml", "--checkpoint", "state"],
          ["evolve", "deck.yaml", "--out", "run.h5"],
          sweep + ["--out", "run.h5"],
        ] {
          let outcome = try await Tgge.run(words + lattice, ranks: ranks, in: folder)
          #expect(outcome.status == 64, "\(outcome)")
          #expect(outcome.errorLines.count == 1, "\(outcome)")
          #expect(outcome.errors.contains("the disk has"), "\(outcome)")
          #expect(folder.names == ["deck.yaml"])
        }
      }
    }

    @Test(
      "A disk that fills up leaves the last checkpoint as it was, and the run can go on from it",
      .enabled(if: canMount, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func inTheMiddle(ranks: Int?) async throws {
      try await FullDisks.withDisk(megabytes: 2) { folder in
        let whole = try await Checkpoints.whole(in: folder)
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "5steps"]
        let job = try Tgge.start(words, ranks: ranks, in: folder)
        let begins = try await job.wait(seconds: 20) { folder.holds("run.state.previous") }
        #expect(begins)
        FullDisks.fill(folder)
        let outcome = try await job.finish(timeout: 30)
        // It went on without, and said so.
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("No space left on device"), "\(outcome)")
        #expect(outcome.errors.contains("the former checkpoint is as it was, going on"))
        #expect(try Checkpoints.essence(outcome) == whole)
      }
    }

    @Test(
      "A file of results that the disk cannot take is one error, and an older file is left",
      .enabled(if: canMount, "only root may mount a small disk"),
      arguments: ["evolve", "sweep"],
      [nil, 2] as [Int?]
    )
    func results(command: String, ranks: Int?) async throws {
      try await FullDisks.withDisk(megabytes: 4) { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        try folder.write("run.h5", "old".utf8)
        // Long enough that the disk is full before the end.
        let long = ["--set", "time.outputs=40", "--set", "time.end=12000"]
        let run = command == "evolve" ? Checkpoints.run + long : Ledgers.run + Ledgers.json
        let words = run + ["--out", "run.h5"]
        let job = try Tgge.start(words, ranks: ranks, in: folder)
        let begins = try await job.wait(seconds: 20) { folder.holds("run.h5.partial") }
        #expect(begins)
        // The disk is to fill up between two rows, not while the file begins.
        try await Task.sleep(for: .milliseconds(200))
        FullDisks.fill(folder)
        let outcome = try await job.finish(timeout: 30)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorLines.count { $0.hasPrefix("tgge: ") } == 1, "\(outcome)")
        #expect(folder.text("run.h5") == "old")
      }
    }
  }
}
