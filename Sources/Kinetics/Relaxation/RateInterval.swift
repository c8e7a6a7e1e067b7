/// An interval of rates d, all above those μ that are looked for, and the few nodes that stand for its modes.
///
///     Σ_m v_m u_mᵀ/(d_m − μ) = Σ_i W_i/(t_i − μ)
///
/// Close to μ the nodes are those of a `ChebyshevInterval`. From `remote` times the largest μ on, 1/(d − μ) = s/(1 − μ s) with
/// s = 1/d, and 1/(1 − μ s) is so smooth a function of s that ten Chebyshev points do for all larger rates: it deviates by less
/// than 62^−10 ≈ 1e-18 from its polynomial, relative to each term. Then W_i = t_i Σ_m ℓ_i(s_m) v_m u_mᵀ/d_m.
package struct RateInterval {
  /// From how many times the largest μ on one interval has all rates.
  package static let remote = 16.0

  /// t_i.
  package let nodes: [Double]

  private let chebyshev: ChebyshevInterval
  /// The smallest rate of a remote interval.
  private let unit: Double?

  /// An interval for μ up to a limit below it.
  package init(lower: Double, upper: Double, limit: Double) {
    if lower >= RateInterval.remote * limit {
      unit = lower
      chebyshev = ChebyshevInterval(lower: 1 / upper, upper: 1 / lower, count: 10)
      nodes = chebyshev.nodes.map { 1 / $0 }
    } else {
      unit = nil
      chebyshev = ChebyshevInterval(lower: lower, upper: upper)
      nodes = chebyshev.nodes
    }
  }

  /// Writes ℓ_i of a rate for all i.
  package func basis(at rate: Double, into values: inout [Double]) {
    chebyshev.basis(at: unit == nil ? rate : 1 / rate, into: &values)
  }

  /// What a mode's u is multiplied by in the sums, at most 1.
  package func share(of rate: Double) -> Double { unit.map { $0 / rate } ?? 1 }

  /// The terms of a node.
  ///
  /// - Parameters:
  ///   - index: i.
  ///   - sums: Σ_m ℓ_i v_m u_mᵀ, each u times its share.
  ///   - threshold: Singular values up to this count as zero.
  /// - Returns: At most 2R terms.
  package func terms(
    ofNode index: Int,
    _ sums: DenseMatrix,
    above threshold: Double
  ) -> [RateNode] {
    var terms = RateNode.list(sums, rate: nodes[index], above: threshold) ?? []
    let factor = 1 / share(of: nodes[index])
    for term in terms.indices { terms[term].left = terms[term].left.map { factor * $0 } }
    return terms
  }
}
