import Communication

/// How long something took, again and again.
struct Timings {
  /// The seconds of each repeat.
  private(set) var seconds: [Double] = []

  /// Measures `body` from when all ranks begin to when the slowest has finished.
  ///
  /// Collective.
  mutating func add(
    on communicator: some Communicator,
    rounds: Int = 1,
    _ body: () throws -> Void
  ) throws {
    try communicator.barrier()
    let start = ContinuousClock.now
    for _ in 0..<rounds { try body() }
    let duration = (ContinuousClock.now - start) / .seconds(1)
    seconds.append(try communicator.maximum(duration) / Double(rounds))
  }

  /// Adds a time that was taken otherwise, that of the slowest rank.
  ///
  /// Collective.
  mutating func add(_ duration: Double, on communicator: some Communicator) throws {
    seconds.append(try communicator.maximum(duration))
  }

  /// The middle of the repeats.
  var median: Double { middle(of: seconds) }

  /// The shortest repeat.
  var fastest: Double { seconds.min() ?? .nan }

  /// The longest repeat.
  var slowest: Double { seconds.max() ?? .nan }
}

/// The median of some figures.
func middle(of values: [Double]) -> Double {
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
