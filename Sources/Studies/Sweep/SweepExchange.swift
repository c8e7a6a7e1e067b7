import Communication

/// What groups of ranks tell each other of their points, round by round: one point of each group in a round.
package struct SweepExchange {
  private let points: [[Int]]
  private let begun: [Int: SweepChain]

  /// Prepares the exchange: chains go to each group in turn, so that finished points come nearly in order.
  package init(_ chains: [SweepChain], groups: Int) {
    points = (0..<groups).map { group in
      stride(from: group, to: chains.count, by: groups).flatMap { chains[$0].points }
    }
    begun = Dictionary(uniqueKeysWithValues: chains.map { ($0.points.lowerBound, $0) })
  }

  /// As many as the busiest group has points.
  package var rounds: Int { points.map(\.count).max() ?? 0 }

  /// The point of a group in a round, if it has one left.
  package func point(_ round: Int, of group: Int) -> Int? {
    round < points[group].count ? points[group][round] : nil
  }

  /// The chain whose first point this is.
  func chain(beginningAt point: Int) -> SweepChain? { begun[point] }

  /// Tells all ranks what each group has found in a round, or that one of them cannot.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - round: Which round.
  ///   - own: What this rank's group has found, or why it cannot; `nil` if it has no point left.
  ///   - firsts: The first rank of each group.
  ///   - communicator: The ranks of all groups.
  /// - Returns: The points of the round, the same on all ranks.
  /// - Throws: `TableRefusal`, the same on all ranks; `CommunicationError` if a broadcast fails.
  func share(
    _ round: Int,
    _ own: Result<SweepOutcome, TableRefusal>?,
    firsts: [Int],
    over communicator: some Communicator
  ) throws -> [Int: SweepOutcome] {
    var found: [Int: SweepOutcome] = [:]
    var refusal: TableRefusal?
    for (group, first) in firsts.enumerated() {
      guard let index = point(round, of: group) else { continue }
      var message: [UInt8] = []
      if communicator.rank == first {
        switch own {
        case .success(let outcome): message = outcome.message
        case .failure(let refusal): message = refusal.message
        case nil: break
        }
      }
      try communicator.broadcast(&message, from: first)
      if let other = try TableRefusal(message: message) {
        refusal = refusal ?? other
      } else {
        found[index] = try SweepOutcome(message: message)
      }
    }
    if let refusal { throw refusal }
    return found
  }
}
