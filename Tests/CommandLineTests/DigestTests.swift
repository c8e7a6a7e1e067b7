import Testing

extension Program {
  @Suite("The same bits on any number of ranks")
  struct Digests {
    /// What must not depend on the number of ranks.
    private struct Fingerprint: Equatable {
      let digest: String
      let lambda: [Report.Entry]
      let current: Double
      let filling: Double
      let steps: Int

      init(_ report: Report) {
        digest = report.digest
        lambda = report.lambda
        current = report.current
        filling = report.filling
        steps = report.steps
      }
    }

    @Test(
      "λ, current, filling and steps of the driven chain are equal on 1, 2, 3, 4 and 7 ranks",
      arguments: [4, 100, 101, 1000],
      ["separable", "direct"]
    )
    func chain(modes: Int, forces: String) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let words = ["deck.yaml", "--modes", "\(modes)", "--forces", forces]
        // Odd numbers of modes have no momentum 0.5 π.
        let options = words + ["--set", "record.momenta=[-1]"]
        let alone = Fingerprint(try await Report.evolve(options, in: folder))
        #expect(alone.current != 0)
        try await Tgge.forEach([1, 2, 3, 4, 7]) { ranks in
          let report = try await Report.evolve(options, ranks: ranks, in: folder)
          #expect(report.ranks == ranks)
          #expect(Fingerprint(report) == alone, "\(ranks) ranks")
        }
      }
    }

    @Test(
      "Where moments are summed in groups all commands have equal digests on 1, 2, 3 and 7 ranks",
      arguments: [
        (Sample.chain, ["evolve", "--set", "time.method=explicit"]),
        (Sample.chain, ["evolve", "--set", "time.method=implicit"]),
        (Sample.chain, ["evolve", "--modes", "9001", "--set", "time.method=nested"]),
        (Sample.chain, ["steady"]), (Sample.chain, ["steady", "--modes", "25001"]),
        (Sample.chain, ["sweep", "--vary", "baths.drive=0:1:0.5"]),
        (Sample.writtenOut, ["evolve", "--set", "time.end=5"]),
        (Sample.writtenOut, ["steady", "--modes", "12501"]),
      ]
    )
    func groups(deck: String, words: [String]) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", deck.utf8)
        let size = words.contains("--modes") ? [] : ["--modes", "4100"]
        let options =
          [words[0], "deck.yaml", "--json", "--quiet", "--set", "record.momenta=[-1]"] + size
          + words.dropFirst()
        @Sendable func digests(ranks: Int) async throws -> [String] {
          let outcome = try await Tgge.run(options, ranks: ranks, in: folder)
          #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
          // Pair sums have no moments.
          #expect(outcome.output.contains(/"forces" ?: ?"separable"/))
          return outcome.output.matches(of: /"digest" ?: ?"([0-9a-f]{16})"/).map { String($0.1) }
        }
        let alone = try await digests(ranks: 1)
        #expect(!alone.isEmpty)
        try await Tgge.forEach([2, 3, 7]) { ranks in
          let found = try await digests(ranks: ranks)
          #expect(found == alone, "\(ranks) ranks")
        }
      }
    }

    @Test(
      "Ranks that share memory have the bits of one that does not",
      arguments: [Sample.chain, Sample.rashba],
      ["evolve", "steady"]
    )
    func sharedMemory(deck: String, command: String) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", deck.utf8)
        let words = [command, "deck.yaml", "--forces", "direct", "--json", "--quiet"]
        let alone = try await Tgge.run(words, in: folder)
        #expect(alone.status == 0, "\(alone)")
        let digest = alone.output.firstMatch(of: /"digest" ?: ?"([0-9a-f]{16})"/)?.1
        try await Tgge.forEach([1, 2, 3, 7]) { ranks in
          let shared = try await Tgge.run(words + ["--shared-memory"], ranks: ranks, in: folder)
          #expect(shared.status == 0 && shared.errors.isEmpty, "\(shared)")
          let found = shared.output.firstMatch(of: /"digest" ?: ?"([0-9a-f]{16})"/)?.1
          #expect(found != nil && found == digest, "\(ranks) ranks")
        }
      }
    }

    @Test("A kernel that is not of low rank gives equal digests, too")
    func correlatedDephasing() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.rashba.utf8)
        let alone = Fingerprint(try await Report.evolve(["deck.yaml"], in: folder))
        try await Tgge.forEach([2, 7]) { ranks in
          let report = try await Report.evolve(["deck.yaml"], ranks: ranks, in: folder)
          #expect(report.forces == "direct")
          #expect(Fingerprint(report) == alone, "\(ranks) ranks")
        }
      }
    }
  }
}
