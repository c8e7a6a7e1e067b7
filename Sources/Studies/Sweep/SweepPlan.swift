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

  /// The chains of a group, in their order: each in turn, so that finished points come nearly in order.
  package func chains(of group: Int, of groups: Int) -> [Range<Int>] {
    stride(from: group, to: chains.count, by: groups).map { chains[$0] }
  }
}
