import Foundation
import Testing

extension ProgramGoingOn {
  @Suite("Checkpoints of sweep")
  struct Ledgers {
    /// A sweep of a second or so on one core, of 16 points in two lines.
    static let run = [
      "sweep", "deck.yaml", "--modes", "8000", "--forces", "direct", "--vary",
      "baths.thermal.beta=1.5,2", "--vary", "baths.drive=0.2:0.9:0.1",
    ]

    static let json = ["--json", "--quiet"]

    /// Everything that a report says but ranks, groups and seconds, which differ.
    static func essence(_ outcome: Job.Outcome) throws -> String {
      try outcome.report(without: ["ranks", "groups", "wallSeconds"])
    }

    /// Starts a sweep and does something when it has written so many rows.
    static func interrupt(
      _ words: [String],
      ranks: Int?,
      after rows: Int,
      in folder: Scratch,
      _ body: (Job) async throws -> Void
    ) async throws -> Job.Outcome {
      let job = try Tgge.start(words, ranks: ranks, in: folder)
      // Three lines come before the rows.
      let comes = try await job.wait(seconds: 30) {
        folder.text("table.csv.partial").count { $0 == "\n" } >= 3 + rows
      }
      #expect(comes)
      try await body(job)
      let outcome = try await job.finish(timeout: 20)
      try await job.killAll()
      return outcome
    }

    @Test("Killed after any number of points, a sweep goes on to the same bits")
    func killed() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let table = Ledgers.run + ["--out", "table.csv"]
        let whole = try await Tgge.run(table + Ledgers.json, ranks: 2, in: folder)
        #expect(whole.status == 0, "\(whole)")
        let (expected, rows) = (try Ledgers.essence(whole), folder.text("table.csv"))
        folder.remove("table.csv")
        for (round, (ranks, groups)) in [(nil, 1), (2, 2), (3, 1), (3, 2)].enumerated() {
          let words = table + ["--checkpoint", "sweep.ledger"]
          // Twice, on different ranks.
          for (rows, count, share) in [(1 + round, ranks, groups), (5 + round, 2, 1)] {
            let outcome = try await Ledgers.interrupt(
              words + ["--groups", "\(share)"],
              ranks: count,
              after: rows,
              in: folder
            ) { try await $0.killAll() }
            #expect(outcome.status != 0)
            #expect(folder.holds("sweep.ledger"))
          }
          let last = try await Tgge.run(
            words + ["--groups", "2"] + Ledgers.json,
            ranks: 2,
            in: folder
          )
          #expect(last.status == 0, "\(last)")
          // It goes on quietly.
          #expect(last.errors.isEmpty, "\(last)")
          #expect(try Ledgers.essence(last) == expected)
          #expect(folder.text("table.csv") == rows)
          // A finished sweep leaves its results only.
          #expect(folder.names == ["deck.yaml", "table.csv"])
          folder.remove("table.csv")
        }
      }
    }

    @Test("A signal to any rank ends a sweep with status 75, its points kept", arguments: [1, 2])
    func signals(groups: Int) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let whole = try await Tgge.run(Ledgers.run + Ledgers.json, in: folder)
        let words =
          Ledgers.run + ["--checkpoint", "sweep.ledger", "--groups", "\(groups)"]
        for (rows, signal, name) in [(2, SIGTERM, "SIGTERM"), (4, SIGUSR1, "SIGUSR1")] {
          let outcome = try await Ledgers.interrupt(
            words + ["--out", "table.csv"],
            ranks: 3,
            after: rows,
            in: folder
          ) { job in
            if let victim = job.processes(named: "tgge").last { kill(victim, signal) }
          }
          #expect(outcome.status == 75, "\(outcome)")
          #expect(outcome.errors.contains("stopped by \(name); the state is in sweep.ledger: run"))
          // The rows are there as a table for people.
          #expect(outcome.output.split(separator: "\n").count > rows)
          #expect(!folder.holds("table.csv") && !folder.holds("table.csv.partial"))
        }
        let last = try await Tgge.run(
          words + Ledgers.json + ["--out", "table.h5"],
          ranks: 2,
          in: folder
        )
        #expect(last.status == 0, "\(last)")
        #expect(try Ledgers.essence(last) == Ledgers.essence(whole))
        _ = try await Tgge.run(Ledgers.run + ["--out", "whole.h5"], in: folder)
        let interrupted = try await ResultContent.read("table.h5", in: folder)
        let uninterrupted = try await ResultContent.read("whole.h5", in: folder)
        #expect(interrupted.datasets == uninterrupted.datasets)
      }
    }

    @Test("--max-time stops with status 75 as often as it takes, and each run finds a point")
    func maxTime() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let whole = try await Tgge.run(Ledgers.run + Ledgers.json, in: folder)
        let words =
          Ledgers.run + Ledgers.json + ["--checkpoint", "sweep.ledger", "--max-time", "0.3s"]
        var stops = 0
        var outcome = try await Tgge.run(words, in: folder)
        while outcome.status == 75, stops < 16 {
          #expect(outcome.errors.contains("since time is nearly over"))
          stops += 1
          outcome = try await Tgge.run(words, in: folder)
        }
        #expect(stops > 0)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try Ledgers.essence(outcome) == Ledgers.essence(whole))
      }
    }

    @Test("A ledger that is torn, or whose states are damaged, is used as far as it goes")
    func torn() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let whole = try await Tgge.run(Ledgers.run + Ledgers.json, in: folder)
        let words = Ledgers.run + ["--checkpoint", "sweep.ledger"]
        _ = try await Ledgers.interrupt(
          words + ["--out", "table.csv"],
          ranks: nil,
          after: 5,
          in: folder
        ) { try await $0.killAll() }
        let ledger = folder.bytes("sweep.ledger")
        try folder.write("sweep.ledger", ledger.dropLast(3))
        for name in folder.names where name.hasPrefix("sweep.ledger.chain") {
          var bytes = folder.bytes(name)
          bytes[5000] ^= 1
          try folder.write(name, bytes)
        }
        let outcome = try await Tgge.run(words + Ledgers.json, ranks: 2, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("sweep.ledger: its last "), "\(outcome)")
        #expect(outcome.errors.contains("bytes are not what was written and were dropped"))
        #expect(try Ledgers.essence(outcome) == Ledgers.essence(whole))
      }
    }

    @Test("A ledger of another sweep is refused, and the key that changed is named")
    func otherSweep() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let sweep = ["sweep", "deck.yaml", "--checkpoint", "ledger"]
        let vary = ["--vary", "baths.drive=0.2:0.9:0.1"]
        let words = sweep + ["--modes", "8000", "--forces", "direct"] + vary
        _ = try await Ledgers.interrupt(
          words + ["--out", "table.csv"],
          ranks: nil,
          after: 2,
          in: folder
        ) { try await $0.killAll() }
        folder.remove("table.csv.partial")
        let (names, kept) = (folder.names, folder.bytes("ledger"))
        let forces = ["--forces", "direct"]
        for (words, place) in [
          (
            ["--modes", "8000"] + forces + ["--vary", "baths.drive=0.2:0.8:0.1"],
            "--vary baths.drive was 0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9 and is 0.2,0.3"
          ),
          (
            ["--modes", "8000"] + forces + ["--vary", "baths.thermal.beta=1,2"],
            "--vary baths.thermal.beta was not given and is 1,2 now"
          ),
          (["--modes", "900"] + forces + vary, "lattice.modes[0] was 8000 and is 900 now"),
          (["--modes", "8000"] + vary, "--forces was direct and is auto now"),
          (
            ["--modes", "8000", "--set", "baths.coupling=0.06"] + forces + vary,
            "baths.coupling was 0.05 and is 0.06 now"
          ),
        ] {
          let outcome = try await Tgge.run(sweep + words, ranks: 2, in: folder)
          #expect(outcome.status == 64, "\(outcome)")
          #expect(outcome.errors.contains(place), "\(outcome)")
          #expect(outcome.errorLines.count == 1)
        }
        #expect(folder.names == names && folder.bytes("ledger") == kept)
        // What does not matter may change.
        let other = try await Tgge.run(words + ["--set", "time.end=7"], ranks: 2, in: folder)
        #expect(other.status == 0, "\(other)")
      }
    }

    @Test("What cannot work is refused before the work", arguments: [nil, 2] as [Int?])
    func refused(ranks: Int?) async throws {
      func refusal(_ options: String..., saying: String...) -> Refusal {
        Refusal(
          title: options.joined(separator: " "),
          files: ["deck.yaml": Array(Sample.chain.utf8), "other": Array("other".utf8)],
          arguments: ["sweep", "deck.yaml", "--vary", "baths.drive=0,1"] + options,
          saying: saying
        )
      }
      try await Refusal.expect(
        [
          refusal("--checkpoint", "none/ledger", saying: "--checkpoint none/ledger", "no folder"),
          refusal("--checkpoint", "other", saying: "other: is not a ledger of tgge; name another"),
          refusal("--checkpoint", "deck.yaml", saying: "would replace deck.yaml, which is read"),
          refusal(
            "--out",
            "ledger",
            "--checkpoint",
            "ledger",
            saying: "--checkpoint ledger: would replace ledger, which --out ledger needs"
          ),
          refusal("--max-time", "10m", saying: "--max-time needs --checkpoint"),
          refusal("--checkpoint", "ledger", "--max-time", "0s", saying: "--max-time", "as in 90s"),
        ],
        ranks: ranks
      )
    }
  }
}
