/// One term of Vᵀ (D − μ)⁻¹ U = Σ_j v_j u_jᵀ/(d_j − μ).
package struct RateNode {
  /// d_j.
  package var rate: Double

  /// u_j, 2R numbers.
  package var left: [Double]

  /// v_j.
  package var right: [Double]

  /// The mode, where the term is that of one.
  package var mode: Int?

  /// Creates a term.
  package init(rate: Double, left: [Double], right: [Double], mode: Int? = nil) {
    self.rate = rate
    self.left = left
    self.right = right
    self.mode = mode
  }

  /// The terms of a matrix of weights W/(d − μ), by singular values.
  ///
  /// - Parameters:
  ///   - weights: W, v before u.
  ///   - rate: d.
  ///   - threshold: Singular values up to this count as zero.
  /// - Returns: At most 2R terms; `nil` if LAPACK fails.
  static func list(_ weights: DenseMatrix, rate: Double, above threshold: Double) -> [RateNode]? {
    guard let (left, values, right) = weights.singularValues() else { return nil }
    return values.indices.filter { values[$0] > threshold }.map { index in
      let root = values[index].squareRoot()
      return RateNode(
        rate: rate,
        left: (0..<weights.columns).map { root * right[index, $0] },
        right: (0..<weights.rows).map { root * left[$0, index] }
      )
    }
  }
}
