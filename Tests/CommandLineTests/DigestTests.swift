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
