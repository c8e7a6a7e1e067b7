import Foundation
import Testing

/// Sweeps whose files of results hold the states of all points.
extension ProgramGoingOn.Ledgers {
  @Test(
    "Killed after any number of points, a sweep goes on to an equal file with the states of all points"
  )
  func killedWithStates() async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.chain.utf8)
      _ = try await Tgge.run(Self.run + ["--out", "whole.h5"], ranks: 2, in: folder)
      let whole = try await ResultContent.read("whole.h5", in: folder)
      #expect(whole.datasets["sweep/lambda"]?.shape == [16, 8000])
      let words = Self.run + ["--checkpoint", "sweep.ledger", "--out", "run.h5"]
      // Of two groups the second one begins with row 8, so that row 9 is written when points are kept.
      for (ranks, groups, first, second) in [(nil, 1, 2, 7), (3, 2, 10, 12)]
        as [(Int?, Int, Int, Int)]
      {
        // Twice, on different ranks.
        for (rows, count, share) in [(first, ranks, groups), (second, 2, 1)] {
          let job = try Tgge.start(words + ["--groups", "\(share)"], ranks: count, in: folder)
          let comes = try await job.wait(seconds: 30) {
            folder.bytes("run.h5.rows").count >= rows * 64032
          }
          #expect(comes)
          try await job.killAll()
          #expect(try await job.finish(timeout: 20).status != 0)
          #expect(folder.holds("sweep.ledger") && !folder.holds("run.h5"))
        }
        let last = try await Tgge.run(words + ["--groups", "2"], ranks: 2, in: folder)
        #expect(last.status == 0, "\(last)")
        #expect(last.errors.contains("going on from sweep.ledger, which has "), "\(last)")
        #expect(!last.errors.contains("are not there"), "\(last)")
        let file = try await ResultContent.read("run.h5", in: folder)
        #expect(file.datasets == whole.datasets)
        #expect(folder.names == ["deck.yaml", "run.h5", "whole.h5"])
        folder.remove("run.h5")
      }
    }
  }

  @Test("States of finished points that are damaged, or were not kept, are found again")
  func lostStates() async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.chain.utf8)
      _ = try await Tgge.run(Self.run + ["--out", "whole.h5"], in: folder)
      let whole = try await ResultContent.read("whole.h5", in: folder)
      let words = Self.run + ["--checkpoint", "sweep.ledger", "--out"]
      let job = try Tgge.start(words + ["run.h5"], in: folder)
      let comes = try await job.wait(seconds: 30) {
        folder.bytes("run.h5.rows").count >= 6 * 64032
      }
      #expect(comes)
      try await job.killAll()
      _ = try await job.finish(timeout: 20)
      var rows = folder.bytes("run.h5.rows")
      rows[3 * 64032 + 1000] ^= 1
      try folder.write("run.h5.rows", rows)
      let (ledger, kept) = (folder.bytes("sweep.ledger"), rows)
      for (name, place) in [("run.h5", "of 1 of these"), ("other.h5", "of these points are not")] {
        let outcome = try await Tgge.run(words + [name], ranks: 2, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("\(name): states of all modes"), "\(outcome)")
        #expect(outcome.errors.contains(place), "\(outcome)")
        let file = try await ResultContent.read(name, in: folder)
        #expect(file.datasets == whole.datasets)
        try folder.write("sweep.ledger", ledger)
        try folder.write("run.h5.rows", kept)
      }
    }
  }
}
