import Kinetics
import Studies
import Testing

@Suite("Plans of sweeps")
struct SweepPlanTests {
  @Test(
    "Chains have all points of each line once, and none is much longer than the others",
    arguments: [[101], [1], [16], [17], [5, 5, 5], [40, 40], [0, 3]]
  )
  func chains(lines: [Int]) {
    let plan = SweepPlan(lines: lines)
    #expect(plan.chains.flatMap { Array($0) } == Array(0..<lines.reduce(0, +)))
    #expect(plan.chains.allSatisfy { $0.count <= SweepPlan.longest })
    var end = 0
    for count in lines {
      end += count
      let own = plan.chains.filter { (end - count..<end).contains($0.lowerBound) }
      // No chain is of two lines.
      #expect(own.allSatisfy { $0.upperBound <= end })
      let lengths = own.map(\.count)
      #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
    }
  }

  @Test("Groups share the chains out, each to one", arguments: [1, 2, 3, 7, 20])
  func groups(count: Int) {
    let chains = SweepPlan(lines: [101, 300]).remaining(after: [:])
    let exchange = SweepExchange(chains, groups: count)
    let shares = (0..<count).map { group in
      (0..<exchange.rounds).compactMap { exchange.point($0, of: group) }
    }
    #expect(shares.flatMap { $0 }.sorted() == Array(0..<401))
    for chain in chains {
      #expect(shares.count { $0.contains(chain.points.lowerBound) } == 1)
      #expect(shares.contains { $0.contains(subsequence: Array(chain.points)) })
    }
  }

  @Test("What is left of chains begins at the first point that is not known, or behind a failure")
  func remaining() {
    let plan = SweepPlan(lines: [5, 5, 5])
    var former: [Int: SweepOutcome] = [:]
    for point in [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 13] { former[point] = .failed("x") }
    for point in [1, 2, 11] { former[point] = .found(.init(digest: UInt64(point))) }
    #expect(
      plan.remaining(after: former) == [
        SweepChain(number: 0, points: 3..<5, walked: 1),
        SweepChain(number: 2, points: 12..<15, walked: 11),
      ]
    )
    #expect(plan.remaining(after: [:]).map(\.points) == plan.chains)
  }
}

extension Array where Element: Equatable {
  /// Whether these elements stand one behind the other somewhere.
  fileprivate func contains(subsequence other: [Element]) -> Bool {
    indices.contains { self[$0...].starts(with: other) }
  }
}

extension SteadyResult {
  /// A result that is nothing but its digest.
  fileprivate init(digest: UInt64) {
    self.init(engine: "direct", iterations: 0, certificate: SteadyCertificate(residual: 0))
    self.digest = digest
  }
}
