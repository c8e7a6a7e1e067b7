/// How the points of a sweep are divided into chains of warm starts, and those among groups of ranks.
///
/// Points of one line, along which one key varies, are solved one after the other, each from the last. A line is
/// cut into chains whose length depends on the line alone, and each chain begins from its own initial
/// state: so every point has the same bits for any number of groups.
package struct SweepPlan: Sendable, Equatable {
  /// The points of each chain.
  package let chains: [Range<Int>]

  /// The longest chain.
  ///
  /// A chain's first point takes six passes or so, the others two.
  package static let longest = 64

  /// Cuts lines into chains.
  ///
  /// - Parameter lines: The number of points of each line, in their order.
  package init(lines: [Int]) {
    var chains: [Range<Int>] = []
    var start = 0
    for count in lines {
      let pieces = max(1, (count + SweepPlan.longest - 1) / SweepPlan.longest)
      for piece in 0..<pieces {
        chains.append(start + count * piece / pieces..<start + count * (piece + 1) / pieces)
      }
      start += count
    }
    self.chains = chains.filter { !$0.isEmpty }
  }

  /// The chains that have points left, in their order.
  ///
  /// - Parameter former: What is known already, by point.
  /// - Returns: The chains, each from its first point on that is not known.
  package func remaining(after former: [Int: SweepOutcome]) -> [SweepChain] {
    chains.enumerated().compactMap { number, points in
      guard let first = points.first(where: { former[$0] == nil }) else { return nil }
      let lastFailed = points.last { point in
        if point < first, case .failed = former[point] { true } else { false }
      }
      let walked = lastFailed.map { $0 + 1 } ?? points.lowerBound
      return SweepChain(number: number, points: first..<points.upperBound, walked: walked)
    }
  }
}

/// A chain of points that are yet to be solved.
package struct SweepChain: Sendable, Equatable {
  /// Its place among the chains.
  package var number: Int

  /// What is left of it.
  package var points: Range<Int>

  /// The point from which on the chain must be walked to come to the first of `points` as it did without
  /// interruption: its first one, or the one behind the last that failed, since after a failure points begin
  /// from their own initial state.
  package var walked: Int

  /// Creates a chain.
  package init(number: Int, points: Range<Int>, walked: Int) {
    self.number = number
    self.points = points
    self.walked = walked
  }
}
