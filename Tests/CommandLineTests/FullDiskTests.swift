import Foundation
import Testing

private typealias Checkpoints = ProgramGoingOn.Checkpoints
private typealias Ledgers = ProgramGoingOn.Ledgers

extension ProgramOnDisk {
  @Suite("Disks that are full")
  struct FullDisks {
    @Test(
      "A disk without room for a file or a checkpoint is found out before the work",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func before(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 1024) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        let lattice = ["--modes", "100000", "--set", "record.momenta=[]"]
        let sweep = ["sweep", "deck.yaml", "--vary", "baths.drive=0:1:0.25"]
        for words in [
          ["evolve", "deck.yaml", "--checkpoint", "state"],
          ["evolve", "deck.yaml", "--out", "run.h5"],
          ["evolve", "deck.yaml", "--out", "lambda.csv"],
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
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func inTheMiddle(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 2048) { disk in
        let folder = disk.folder
        let whole = try await Checkpoints.whole(in: folder)
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "5steps"]
        let job = try Tgge.start(words, ranks: ranks, in: folder)
        let begins = try await job.wait(seconds: 20) { folder.holds("run.state.previous") }
        #expect(begins)
        disk.fill()
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
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: ["evolve", "sweep"],
      [nil, 2] as [Int?]
    )
    func results(command: String, ranks: Int?) async throws {
      for isBegun in [false, true] {
        try await Disk.with(kilobytes: 16384) { disk in
          let folder = disk.folder
          try folder.write("deck.yaml", Sample.chain.utf8)
          try folder.write("run.h5", "old".utf8)
          // Long enough that the disk is full before the end.
          let long = ["--set", "time.outputs=40", "--set", "time.end=12000"]
          let points = ["--vary", "baths.drive=0.2:0.9:0.02"]
          let sweep = Ledgers.run.dropLast(2) + points + Ledgers.json
          let run = command == "evolve" ? Checkpoints.run + long : sweep
          let words = run + ["--out", "run.h5"]
          let job = try Tgge.start(words, ranks: ranks, in: folder)
          let begins = try await job.wait(seconds: 20) { folder.holds("run.h5.partial") }
          #expect(begins)
          // The disk fills up while the file begins, or between two rows.
          var sizes = [-1, folder.bytes("run.h5.partial").count]
          for _ in 0..<30 where isBegun && Set(sizes.suffix(3)).count > 1 {
            try await Task.sleep(for: .milliseconds(80))
            sizes.append(folder.bytes("run.h5.partial").count)
          }
          disk.fill()
          let outcome = try await job.finish(timeout: 120)
          #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
          #expect(outcome.errorLines.count { $0.hasPrefix("tgge: ") } == 1, "\(outcome)")
          #expect(folder.text("run.h5") == "old")
        }
      }
    }

    @Test(
      "Files of a run that fit one by one but not together are found out before the work",
      .enabled(if: Disk.isPossible, "only root may mount a small disk")
    )
    func together() async throws {
      try await Disk.with(kilobytes: 2048) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        let words = ["evolve", "deck.yaml", "--modes", "18600", "--set", "record.momenta=[]"]
        let method = ["--set", "time.method=explicit", "--set", "time.end=1e-3"]
        let (out, checkpoint) = (["--out", "run.h5"], ["--checkpoint", "state"])
        let both = try await Tgge.run(words + method + out + checkpoint, in: folder)
        #expect(both.status == 64 && both.errors.contains("the disk has"), "\(both)")
        #expect(folder.names == ["deck.yaml"])
        for option in [out, checkpoint] {
          let one = try await Tgge.run(words + method + option, in: folder)
          #expect(one.status == 0, "\(one)")
        }
      }
    }

    @Test(
      "A run that goes on needs no room for the checkpoints that it has",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func goingOn(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 1024) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        // Three checkpoints of 256 kB fit, but not five.
        let words = ["evolve", "deck.yaml", "--modes", "32000", "--set", "record.momenta=[]"]
        let long = ["--set", "time.method=explicit", "--set", "time.end=1e9"]
        let stops = ["--checkpoint", "state", "--max-time", "0.5s"]
        for _ in 0..<3 {
          let outcome = try await Tgge.run(words + long + stops, ranks: ranks, in: folder)
          #expect(outcome.status == 75, "\(outcome)")
          #expect(folder.names == ["deck.yaml", "state", "state.previous"])
        }
      }
    }

    @Test(
      "A disk that fills up while outputs are kept is one error, and the run goes on once there is room",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func journal(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 8192) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        let run = Checkpoints.run + ["--set", "time.outputs=40", "--set", "time.end=6000"]
        let words = run + ["--checkpoint", "state", "--every", "40steps", "--out", "run.h5"]
        let job = try Tgge.start(words, ranks: ranks, in: folder)
        let begins = try await job.wait(seconds: 20) {
          folder.holds("state.previous") && folder.bytes("run.h5.rows").count > 3 * 8 * 2400
        }
        #expect(begins)
        disk.fill()
        let outcome = try await job.finish(timeout: 30)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        let lines = outcome.errorLines.filter { $0.hasPrefix("tgge: run.h5.rows: ") }
        #expect(lines.count == 1, "\(outcome)")
        for piece in ["No space left on device", "run the same command again"] {
          #expect(lines.first?.contains(piece) ?? false, "\(outcome)")
        }
        #expect(folder.holds("state") && !folder.holds("run.h5"))
        disk.free()
        let last = try await Tgge.run(words, ranks: ranks, in: folder)
        #expect(last.status == 0, "\(last)")
        #expect(last.errors.contains("going on from state"), "\(last)")
        #expect(folder.names == ["deck.yaml", "run.h5"])
        let whole = try await Tgge.run(run + ["--out", "whole.h5"], in: folder)
        #expect(try Checkpoints.essence(last) == Checkpoints.essence(whole))
        let interrupted = try await ResultContent.read("run.h5", in: folder)
        let uninterrupted = try await ResultContent.read("whole.h5", in: folder)
        #expect(interrupted.datasets == uninterrupted.datasets)
      }
    }

    @Test(
      "A sweep goes on without its ledger, and from what the ledger had before the disk was full",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      arguments: [nil, 2] as [Int?]
    )
    func ledger(ranks: Int?) async throws {
      try await Disk.with(kilobytes: 1024) { disk in
        let folder = disk.folder
        try folder.write("deck.yaml", Sample.chain.utf8)
        // Seventy points, whose records fill pages of the disk; long enough that it is full before the end.
        let vary = ["--vary", "baths.thermal.beta=1.5,2", "--vary", "baths.drive=0.2:0.9:0.02"]
        let run = ["sweep", "deck.yaml", "--modes", "8000", "--forces", "direct", "--json"] + vary
        let whole = try await Tgge.run(run, ranks: 2, in: folder)
        let words = run + ["--checkpoint", "ledger"]
        for isKilled in [true, false] {
          let job = try Tgge.start(words, ranks: ranks, in: folder)
          let begins = try await job.wait(seconds: 20) {
            isKilled
              ? folder.bytes("ledger").count > 6000 : job.errors.contains("going on from ledger")
          }
          #expect(begins)
          disk.fill()
          if isKilled {
            let complains = try await job.wait(seconds: 20) { job.errors.contains("not kept") }
            #expect(complains)
            try await job.killAll()
          }
          let outcome = try await job.finish(timeout: 60)
          let lines = outcome.errorLines.filter { $0.contains("ledger: cannot be written: ") }
          #expect(lines.count == 1, "\(outcome)")
          #expect(lines.first?.hasSuffix("points are not kept, going on") ?? false, "\(outcome)")
          if !isKilled {
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.errors.contains("going on from ledger, which has "), "\(outcome)")
            #expect(try Ledgers.essence(outcome) == Ledgers.essence(whole))
          }
          disk.free()
        }
        #expect(folder.names == ["deck.yaml"])
      }
    }

    @Test(
      "A picture that the disk cannot take is one error, and an older one is left",
      .enabled(if: Disk.isPossible, "only root may mount a small disk"),
      .enabled(if: Launcher.find("gnuplot") != nil, "gnuplot is not installed"),
      arguments: ["svg", "png", "pdf"]
    )
    func pictures(ending: String) async throws {
      try await Disk.with(kilobytes: 64) { disk in
        let folder = disk.folder
        let run = ["evolve", Tgge.inputs + "/figure2.yaml", "--set", "time.end=20", "--json"]
        try folder.write("run.json", try await Tgge.run(run).output.utf8)
        try folder.write("run.\(ending)", "old".utf8)
        disk.fill()
        let words = ["plot", "run.json", "--out", "run.\(ending)"]
        let outcome = try await Tgge.run(words, in: folder)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errorLines.count == 1, "\(outcome)")
        #expect(outcome.errors.contains("run.\(ending): cannot be written: No space"), "\(outcome)")
        #expect(folder.text("run.\(ending)") == "old")
        #expect(folder.names == ["run.json", "run.\(ending)", "filler"])
      }
    }
  }
}
