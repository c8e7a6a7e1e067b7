import Kinetics
import Testing

@Suite("What large rates contribute at small ones")
struct FarReductionTests {
  @Test("Chebyshev nodes give 1/(d − μ) to 1e-13 up to a third of the interval's length below it")
  func interval() {
    let interval = ChebyshevInterval(lower: 1.25, upper: 2)
    var basis = [Double](repeating: 0, count: ChebyshevInterval.count)
    for rate in [1.25, 1.3, interval.nodes[3], 1.7, 1.99, 2] {
      interval.basis(at: rate, into: &basis)
      #expect(basis.allSatisfy { abs($0) <= 1.28 })
      for limit in [1.0, 0.9, 0, -5] {
        let sum = zip(basis, interval.nodes).reduce(0) { $0 + $1.0 / ($1.1 - limit) }
        #expect(abs(sum * (rate - limit) - 1) < 1e-12)
      }
    }
  }

  @Test("Few nodes act like a thousand, without a pole below them")
  func reduction() throws {
    // Three functions of the rate, and other three, as bands and baths have them
    let nodes = (0..<1000).map { index in
      let x = Double(index + 1) / 1000
      return RateNode(
        rate: 1 + 1e-4 + 50 * x * x,
        left: [1 / 30.0, x / 30, (1 - x) * x / 30],
        right: [(1 - 2 * x) / 30, 1 / 30.0, x * x / 30]
      )
    }
    let reduction = try #require(FarReduction(nodes, limit: 1, lowest: -1))
    #expect(reduction.nodes.count < 150)
    #expect(reduction.deviation <= 30)
    #expect(reduction.nodes.allSatisfy { $0.rate > 1.0001 - 1e-9 })
    for limit in [1, 0.999, 0.7, 0.1, -0.5] {
      for (row, column) in [(0, 0), (1, 2), (2, 1)] {
        let size = nodes.reduce(0) { sum, node in
          sum + abs(node.right[row] * node.left[column] / (node.rate - limit))
        }
        func sum(_ nodes: [RateNode]) -> Double {
          nodes.reduce(0) { $0 + $1.right[row] * $1.left[column] / ($1.rate - limit) }
        }
        #expect(abs(sum(nodes) - sum(reduction.nodes)) < 1e-10 * max(1, size))
      }
    }
  }
}
