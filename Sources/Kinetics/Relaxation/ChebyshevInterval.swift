import RealModule

/// An interval of rates whose modes act at smaller rates like a few nodes inside it.
///
/// 1/(d − μ) is a smooth function of d in lower … upper for all μ up to a third of the length below the
/// interval: its polynomial through the Chebyshev points t_i, Σ_i ℓ_i(d)/(t_i − μ), deviates by less than 3^−28 ≈ 4e-14
/// there, and less for other μ. So Σ_m v_m u_mᵀ/(d_m − μ) = Σ_i W_i/(t_i − μ) with W_i = Σ_m ℓ_i(d_m) v_m u_mᵀ.
package struct ChebyshevInterval {
  /// The number of nodes.
  package static let count = 28

  /// t_i.
  package let nodes: [Double]

  private let weights: [Double]

  /// An interval; without length it has one node.
  package init(lower: Double, upper: Double, count: Int = ChebyshevInterval.count) {
    guard upper > lower else {
      (nodes, weights) = ([lower], [1])
      return
    }
    let angles = (0..<count).map { Double.pi * (Double(2 * $0 + 1) / Double(2 * count)) }
    nodes = angles.map { (lower + upper) / 2 + (upper - lower) / 2 * .cos($0) }
    weights = angles.enumerated().map { ($0 % 2 == 0 ? 1 : -1) * .sin($1) }
  }

  /// Writes ℓ_i(d) for all i, each at most 4/π in magnitude, by the barycentric formula.
  package func basis(at rate: Double, into values: inout [Double]) {
    var sum = 0.0
    for index in nodes.indices {
      let distance = rate - nodes[index]
      if distance == 0 || nodes.count == 1 {
        for other in nodes.indices { values[other] = other == index ? 1 : 0 }
        return
      }
      values[index] = weights[index] / distance
      sum += values[index]
    }
    for index in nodes.indices { values[index] /= sum }
  }
}
