import Kinetics
import Numerics
import TestSupport
import Testing

@Suite("Intervals of rates")
struct RateIntervalTests {
  /// Σ_m w_m/(d_m − μ) with weights that make all terms alike at μ = 0, however large their rates are.
  @Test(
    "A few nodes stand for many rates, close to the limit and far beyond it",
    arguments: [(1.5, 3.0), (16, 64), (16, 1e4), (20, 1e16), (1e3, 1e100)]
  )
  func nodes(lower: Double, upper: Double) {
    let limit = 1.0
    let interval = RateInterval(lower: lower, upper: upper, limit: limit)
    #expect(interval.nodes.count == (lower < RateInterval.remote ? 28 : 10))
    let rates = (0..<500).map { lower * .pow(upper / lower, Double($0) / 500) }
    var sums = [Double](repeating: 0, count: interval.nodes.count)
    var basis = sums
    for rate in rates {
      interval.basis(at: rate, into: &basis)
      #expect(interval.share(of: rate) <= 1)
      for node in sums.indices { sums[node] += basis[node] * rate * interval.share(of: rate) }
    }
    let terms = sums.indices.flatMap { node in
      interval.terms(ofNode: node, DenseMatrix([[sums[node]]], columns: 1), above: 0)
    }
    for point in [-1, -0.1, 0, 0.3, 0.999, 1] {
      let expected = rates.reduce(0) { $0 + $1 / ($1 - point) }
      let found = terms.reduce(0) { $0 + $1.left[0] * $1.right[0] / ($1.rate - point) }
      // 28 nodes are good to 4e-14, ten to less than rounding.
      #expect(abs(found - expected) <= 1e-13 * expected, "\(point)")
    }
  }
}
