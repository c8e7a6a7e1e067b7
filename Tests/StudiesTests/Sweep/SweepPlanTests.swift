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
    let plan = SweepPlan(lines: [101])
    let shares = (0..<count).map { plan.chains(of: $0, of: count) }
    #expect(shares.flatMap { $0 }.sorted { $0.lowerBound < $1.lowerBound } == plan.chains)
    let numbers = shares.map(\.count)
    #expect((numbers.max() ?? 0) - (numbers.min() ?? 0) <= 1)
  }
}
