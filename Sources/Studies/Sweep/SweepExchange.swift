import Communication

/// What groups of ranks tell each other of their points, round by round: one point of each group in a round.
struct SweepExchange {
  private let points: [[Int]]
  private let firstOfChain: Set<Int>
  private var outcomes: [SweepOutcome?]
  private var reported = 0

  /// Prepares the exchange.
  init(_ plan: SweepPlan, groups: Int, points count: Int) {
    points = (0..<groups).map { plan.chains(of: $0, of: groups).flatMap(Array.init) }
    firstOfChain = Set(plan.chains.map(\.lowerBound))
    outcomes = Array(repeating: nil, count: count)
  }

  /// As many as the busiest group has points.
  var rounds: Int { points.map(\.count).max() ?? 0 }

  /// The point of a group in a round, if it has one left.
  func point(_ round: Int, of group: Int) -> Int? {
    round < points[group].count ? points[group][round] : nil
  }

  /// Whether a point is the first one of a chain.
  func begins(_ point: Int) -> Bool { firstOfChain.contains(point) }

  /// What became of all points, when all rounds are over.
  var all: [SweepOutcome] { outcomes.compactMap { $0 } }

  /// Tells all ranks what each group has found in a round.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - round: Which round.
  ///   - own: What this rank's group has found; `nil` if it has no point left.
  ///   - firsts: The first rank of each group.
  ///   - communicator: The ranks of all groups.
  /// - Returns: The points that are complete now, with all those before them.
  /// - Throws: `CommunicationError` if a broadcast fails.
  mutating func share(
    _ round: Int,
    _ own: SweepOutcome?,
    firsts: [Int],
    over communicator: some Communicator
  ) throws(CommunicationError) -> [(Int, SweepOutcome)] {
    for (group, first) in firsts.enumerated() {
      guard let index = point(round, of: group) else { continue }
      var message = communicator.rank == first ? own?.message ?? [] : []
      try communicator.broadcast(&message, from: first)
      outcomes[index] = SweepOutcome(message: message)
    }
    var complete: [(Int, SweepOutcome)] = []
    while reported < outcomes.count, let outcome = outcomes[reported] {
      complete.append((reported, outcome))
      reported += 1
    }
    return complete
  }
}
