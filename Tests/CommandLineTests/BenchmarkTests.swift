import Foundation
import Testing

extension Program {
  @Suite("Benchmarks")
  struct Benchmarks {
    /// A benchmark, and what its lines measure.
    struct Case: Sendable, CustomStringConvertible {
      let words: [String]
      let subjects: Set<String>

      var description: String { words.joined(separator: " ") }
    }

    private static let cases = [
      Case(
        words: ["forces", "--modes", "512", "--no-limits"],
        subjects: ["direct", "separable", "sum"]
      ),
      Case(words: ["evolve", "--modes", "64", "--end", "1"], subjects: ["separable"]),
      Case(words: ["evolve", "--modes", "64", "--forces", "direct"], subjects: ["direct"]),
      Case(words: ["steady", "--modes", "64", "--modes", "96"], subjects: ["separable"]),
      Case(words: ["steady-line", "--modes", "64", "--points", "3"], subjects: ["separable"]),
      Case(words: ["collectives", "--modes", "1000"], subjects: ["sum", "gather"]),
    ]

    @Test("Each writes verified lines of JSON that say where and with what they were measured")
    func lines() async throws {
      let runs = Benchmarks.cases.flatMap { one in [1, 3].map { (one, $0) } }
      try await Tgge.forEach(runs) { one, ranks in
        let repeats = one.words[0] == "steady-line" ? [] : ["--repeats", "3"]
        let words = ["benchmark"] + one.words + repeats + ["--json"]
        let outcome = try await Tgge.run(words, ranks: ranks)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let rows = try outcome.output.split(separator: "\n").map { try JSONObject(String($0)) }
        #expect(Set(rows.map { $0.text("engine") }) == one.subjects)
        for row in rows {
          #expect(row.number("ranks") == Double(ranks))
          if !repeats.isEmpty { #expect(row.number("repeats") == 3) }
          #expect(row.number("verified") == 1, "\(row)")
          #expect(row.text("kind") == "measured")
          #expect(row.text("build").hasPrefix("tgge ") && !row.text("processor").isEmpty)
        }
      }
    }

    @Test(
      "Checkpoints replace and remove no file that is there",
      arguments: ["state", "state.plain", "state.partial", "state.previous"]
    )
    func checkpoint(name: String) async throws {
      try await withScratch { folder in
        try folder.write(name, "old".utf8)
        let words = ["benchmark", "checkpoint", "state", "--modes", "100", "--repeats", "1"]
        for ranks in [nil, 2] {
          let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
          #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
          #expect(outcome.errorLines.count == 1, "\(outcome)")
          #expect(outcome.errors.contains("is there already, and would be removed; name one"))
          #expect(folder.names == [name] && folder.text(name) == "old")
        }
        folder.remove(name)
        let outcome = try await Tgge.run(words, in: folder)
        #expect(outcome.status == 0 && folder.names.isEmpty, "\(outcome)")
      }
    }

    @Test("Forces are rated where the limits are measured, and only there")
    func ratings() async throws {
      for (limits, words) in [(true, []), (false, ["--no-limits"])] {
        let all = ["benchmark", "forces", "--modes", "512", "--repeats", "1", "--json"] + words
        let outcome = try await Tgge.run(all)
        let rows = try outcome.output.split(separator: "\n").map { try JSONObject(String($0)) }
        let rated = rows.filter {
          $0.number("fractionOfPeak") > 0 && $0.number("peakInstructionsPerSecond") > 0
            || $0.number("timeOverTriad") > 0 && $0.number("triadBytesPerSecond") > 0
              && $0.number("timeOverArithmetic") > 0
        }
        #expect(rated.count == (limits ? 4 : 0), "\(outcome)")
      }
    }

    @Test(
      "The ratings of moments are their time over that of their bytes and instructions",
      arguments: [512, 4096]
    )
    func separableRatings(modes: Int) async throws {
      let words = ["benchmark", "forces", "--forces", "separable", "--modes", "\(modes)"]
      let outcome = try await Tgge.run(words + ["--repeats", "1", "--json"])
      let rows = try outcome.output.split(separator: "\n").map { try JSONObject(String($0)) }
      for row in rows where row.text("engine") == "separable" {
        let (channels, time) = (
          row.number("channels"), row.number("coreSecondsPerModeAndEvaluation")
        )
        #expect(row.number("bytesPerMode") == 8 * (2 * channels + 4))
        // λ̇, the next λ, e^λ, n and h, and 2R sums of two folds, or of groups; for eight modes.
        let sums = modes < 4096 ? 8.0 : 2.5
        let instructions = (2 * channels + 5 + 1 + 21 + 3 + 2 * channels * sums) / 8
        #expect(row.number("vectorInstructionsPerMode") == instructions)
        for (work, limit, rating) in [
          ("bytesPerMode", "triadBytesPerSecond", "timeOverTriad"),
          ("vectorInstructionsPerMode", "peakInstructionsPerSecond", "timeOverArithmetic"),
        ] {
          let expected = time * row.number(limit) / row.number(work)
          #expect(abs(row.number(rating) - expected) <= 4 * expected.ulp)
        }
      }
    }

    @Test("Every time is positive, and the median lies between the fastest and the slowest repeat")
    func times() async throws {
      for words in [["evolve", "--modes", "64"], ["steady", "--modes", "64"]] {
        let all = ["benchmark"] + words + ["--repeats", "3", "--json"]
        let row = try JSONObject(try await Tgge.run(all, ranks: 2).output)
        let median = row.number("seconds")
        #expect(row.number("fastestSeconds") > 0)
        #expect(row.number("fastestSeconds") <= median && median <= row.number("slowestSeconds"))
        let work = row.number("forceEvaluations").isNaN ? "iterations" : "forceEvaluations"
        let cost = 2 * median / (row.number("modes") * row.number(work))
        let written = row.number("coreSecondsPerModeAndEvaluation")
        #expect(abs(written - cost) <= 4 * cost.ulp)
      }
    }

    @Test("What evolve and steady measure has the same bits on any number of ranks")
    func digests() async throws {
      for words in [["evolve", "--modes", "64"], ["steady", "--modes", "64"]] {
        var digests: Set<String> = []
        for ranks in [1, 2, 3] {
          let all = ["benchmark"] + words + ["--repeats", "1", "--json"]
          let outcome = try await Tgge.run(all, ranks: ranks)
          digests.insert(try JSONObject(outcome.output).text("digest"))
        }
        #expect(digests.count == 1 && digests.first?.isEmpty == false)
      }
    }

    @Test("The share of one of many ranks takes about that part of the pairs' time")
    func share() async throws {
      var seconds: [Double] = []
      for share in ["1", "16"] {
        let words = ["benchmark", "forces", "--forces", "direct", "--modes", "8192", "--json"]
        let outcome = try await Tgge.run(words + ["--repeats", "5", "--share", share])
        let rows = try outcome.output.split(separator: "\n").map { try JSONObject(String($0)) }
        let row = try #require(rows.last)
        #expect(row.number("channels") == 2 && row.number("share") == Double(share))
        seconds.append(row.number("processorSeconds"))
      }
      // Each rank computes the occupations of all modes, too; other programs empty the caches.
      #expect((8...24).contains(seconds[0] / seconds[1]), "\(seconds)")
    }
  }
}
