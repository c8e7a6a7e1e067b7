import Foundation
import Testing

extension ProgramGoingOn {
  @Suite("Checkpoints of evolve")
  struct Checkpoints {
    /// A run of half a second or so, of 130 steps.
    static let run = [
      "evolve", "deck.yaml", "--modes", "2400", "--forces", "direct", "--json",
      "--set", "time={end: 3000, outputs: 6, relative-tolerance: 1e-9, absolute-tolerance: 1e-9}",
    ]

    /// Everything that a report says but ranks and seconds, which differ.
    static func essence(_ outcome: Job.Outcome) throws -> String {
      try outcome.report(without: ["ranks", "wallSeconds"])
    }

    /// The report of the whole run.
    static func whole(in folder: Scratch) async throws -> String {
      try folder.write("deck.yaml", Sample.chain.utf8)
      let outcome = try await Tgge.run(run, ranks: 2, in: folder)
      #expect(outcome.status == 0, "\(outcome)")
      return try essence(outcome)
    }

    /// Sends a signal to one of the ranks in the middle of a run, and expects status 75.
    static func interrupt(
      _ words: [String],
      ranks: Int?,
      by signal: Int32,
      in folder: Scratch
    ) async throws -> Job.Outcome {
      let job = try Tgge.start(words, ranks: ranks, in: folder)
      // By then signals are noted.
      let begins = try await job.wait(seconds: 20) { job.errors.contains("direct forces: ") }
      #expect(begins)
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...100)))
      if let victim = job.processes(named: "tgge").last { kill(victim, signal) }
      let outcome = try await job.finish(timeout: 20)
      try await job.killAll()
      return outcome
    }

    @Test(
      "Signals to any rank stop all with status 75, and the same command goes on to the same end"
    )
    func signals() async throws {
      try await withScratch { folder in
        let whole = try await Checkpoints.whole(in: folder)
        let out = ["--out", "run.h5"]
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "10steps"] + out
        var ranks = 3
        for (signal, name) in [(SIGTERM, "SIGTERM"), (SIGUSR1, "SIGUSR1"), (SIGINT, "SIGINT")] {
          let outcome = try await Checkpoints.interrupt(
            words,
            ranks: ranks,
            by: signal,
            in: folder
          )
          #expect(outcome.status == 75, "\(outcome)")
          #expect(outcome.output.isEmpty)
          #expect(outcome.errors.contains("stopped by \(name); the state is in run.state: run"))
          #expect(folder.holds("run.state") && !folder.holds("run.h5"))
          ranks -= 1
        }
        let last = try await Tgge.run(words, ranks: 4, in: folder)
        #expect(last.status == 0, "\(last)")
        #expect(last.errors.contains("going on from run.state"))
        #expect(try Checkpoints.essence(last) == whole)
        // A finished run leaves its results only.
        #expect(folder.names == ["deck.yaml", "run.h5"])
        // The file of a run that was interrupted is that of one that was not.
        _ = try await Tgge.run(Checkpoints.run + ["--out", "whole.h5"], in: folder)
        let interrupted = try await ResultContent.read("run.h5", in: folder)
        let uninterrupted = try await ResultContent.read("whole.h5", in: folder)
        #expect(interrupted.datasets == uninterrupted.datasets)
      }
    }

    @Test("The state and the journal of a run are beside what links lead to", arguments: [nil, 3])
    func links(ranks: Int?) async throws {
      try await withScratch { folder in
        let whole = try await Checkpoints.whole(in: folder)
        try folder.makeFolder("data")
        try folder.link("run.state", to: "data/state")
        try folder.link("run.h5", to: "data/results")
        let out = ["--out", "run.h5"]
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "10steps"] + out
        let first = try await Checkpoints.interrupt(words, ranks: ranks, by: SIGTERM, in: folder)
        #expect(first.status == 75, "\(first)")
        #expect(folder.names(in: "data").isSuperset(of: ["state", "results.rows"]))
        #expect(folder.names == ["deck.yaml", "data", "run.state", "run.h5"])
        let last = try await Tgge.run(words, ranks: 2, in: folder)
        #expect(last.status == 0, "\(last)")
        #expect(last.errors.contains("going on from "), "\(last)")
        #expect(try Checkpoints.essence(last) == whole)
        #expect(folder.target(of: "run.state") == "data/state")
        #expect(folder.target(of: "run.h5") == "data/results")
        #expect(folder.names(in: "data") == ["results"])
      }
    }

    @Test("A journal whose state is gone, as a run killed at its end leaves it, does no harm")
    func journalAlone() async throws {
      try await withScratch { folder in
        let whole = try await Checkpoints.whole(in: folder)
        let out = ["--out", "run.h5"]
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "10steps"] + out
        _ = try await Checkpoints.interrupt(words, ranks: 2, by: SIGTERM, in: folder)
        #expect(folder.holds("run.h5.rows"))
        folder.remove("run.state")
        folder.remove("run.state.previous")
        let outcome = try await Tgge.run(words, ranks: 3, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try Checkpoints.essence(outcome) == whole)
        #expect(folder.names == ["deck.yaml", "run.h5"])
      }
    }

    @Test("--max-time stops with status 75 as often as it takes, without mpirun too")
    func maxTime() async throws {
      try await withScratch { folder in
        let whole = try await Checkpoints.whole(in: folder)
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--max-time", "0.3s"]
        var stops = 0
        var outcome = try await Tgge.run(words, in: folder)
        while outcome.status == 75, stops < 200 {
          #expect(outcome.errors.contains("since time is nearly over"))
          #expect(outcome.seconds < 20)
          stops += 1
          outcome = try await Tgge.run(words, in: folder)
        }
        #expect(stops > 0)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try Checkpoints.essence(outcome) == whole)
      }
    }

    @Test("A damaged checkpoint is recognised, the former one used, and the user told")
    func damaged() async throws {
      try await withScratch { folder in
        let whole = try await Checkpoints.whole(in: folder)
        let words = Checkpoints.run + ["--checkpoint", "run.state", "--every", "5steps"]
        _ = try await Checkpoints.interrupt(words, ranks: nil, by: SIGTERM, in: folder)
        let good = (folder.bytes("run.state"), folder.bytes("run.state.previous"))
        #expect(!good.0.isEmpty && !good.1.isEmpty)
        func expect(_ bytes: [UInt8]?, saying: String) async throws {
          try folder.write("run.state.previous", good.1)
          if let bytes { try folder.write("run.state", bytes) } else { folder.remove("run.state") }
          let outcome = try await Tgge.run(words, in: folder)
          #expect(outcome.status == 0, "\(outcome)")
          #expect(outcome.errors.contains(saying), "\(outcome)")
          #expect(outcome.errors.contains("going on from run.state.previous"))
          #expect(try Checkpoints.essence(outcome) == whole)
        }
        try await expect(Array(good.0.dropLast()), saying: "run.state is damaged: ")
        try await expect(Array("something else".utf8), saying: "run.state is not a checkpoint")
        var later = good.0
        later[8] = 9
        try await expect(later, saying: "is a checkpoint of a later version of tgge (format 9")
        var flipped = good.0
        flipped[5000] ^= 4
        try await expect(flipped, saying: "run.state is damaged: its vectors")
        try await expect(nil, saying: "run.state is missing")
      }
    }

    @Test("A checkpoint of another run is refused, and the key that changed is named")
    func otherRun() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let words = Checkpoints.run + ["--checkpoint", "run.state"]
        _ = try await Checkpoints.interrupt(words, ranks: nil, by: SIGTERM, in: folder)
        for (change, place) in [
          (["--set", "baths.drive=0.25"], "baths.drive was 0.5 and is 0.25 now"),
          (["--set", "lattice.modes=900"], "lattice.modes[0] was 2400 and is 900 now"),
          (["--set", "record.momenta=[-1]"], "record.momenta[1] was 0.5 and is not given now"),
          (["--forces", "separable"], "--forces was direct and is separable now"),
        ] {
          let words = words.filter { $0 != "--modes" && $0 != "2400" }
          let size = change[1].contains("modes") ? [] : ["--modes", "2400"]
          let outcome = try await Tgge.run(words + size + change, ranks: 2, in: folder)
          #expect(outcome.status == 64, "\(outcome)")
          #expect(outcome.errors.contains(place), "\(outcome)")
          #expect(outcome.errorLines.count == 1)
        }
        // What does not matter may change: here a file of results that the run began without is too late.
        let late = try await Tgge.run(words + ["--out", "run.h5"], in: folder)
        #expect(late.status == 64 && late.errors.contains("run.h5.rows"), "\(late)")
        let other = try await Tgge.run(words + ["--quiet"], in: folder)
        #expect(other.status == 0 && other.errors.isEmpty, "\(other)")
      }
    }

    @Test("What cannot work is refused before the work", arguments: [nil, 2] as [Int?])
    func refused(ranks: Int?) async throws {
      var refusals: [Refusal] = [
        .options("--checkpoint", "none/state", saying: "--checkpoint none/state", "no folder"),
        .options("--checkpoint", "deck.yaml", saying: "would replace deck.yaml, which is read"),
        .options(
          "--out",
          "./state",
          "--checkpoint",
          "state",
          saying: "--checkpoint state: would replace state, which --out ./state needs"
        ),
        .options(
          "--out",
          "run.h5",
          "--checkpoint",
          "run.h5.rows",
          saying: "would replace run.h5.rows, which --out run.h5 needs"
        ),
        .options("--every", "10m", saying: "--every needs --checkpoint"),
        .options("--max-time", "10m", saying: "--max-time needs --checkpoint"),
        .options("--checkpoint", "state", "--max-time", "-1s", saying: "--max-time"),
      ]
      let units = "with s, m, h"
      refusals += ["10", "0s", "0steps", "1h30m", "infs"].map { span in
        .options("--checkpoint", "state", "--every", span, saying: "--every", units, "500steps")
      }
      refusals += ["10", "0s", "1h30m", "10steps"].map { span in
        .options("--checkpoint", "state", "--max-time", span, saying: "--max-time", units, "90s")
      }
      refusals.append(
        Refusal(
          title: "a file of something else",
          files: ["deck.yaml": Array(Sample.chain.utf8), "other": Array("other".utf8)],
          arguments: ["evolve", "deck.yaml", "--checkpoint", "other"],
          saying: ["other: is not a checkpoint of tgge; name another"]
        )
      )
      if geteuid() != 0 {
        refusals.append(.options("--checkpoint", "/root.state", saying: "cannot be written"))
      }
      try await Refusal.expect(refusals, ranks: ranks)
    }
  }
}
