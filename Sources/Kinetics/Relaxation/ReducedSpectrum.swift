/// The eigenvalues of D − U Vᵀ at small rates from the terms of its secular function.
///
/// The terms are the modes of an equivalent small matrix, whose eigenvalues LAPACK finds (dgeev) through
/// (D − U Vᵀ − σ)⁻¹, that is with errors relative to small rates, not to large ones:
///
///     (D − σ)⁻¹ + (D − σ)⁻¹ U S(σ)⁻¹ Vᵀ (D − σ)⁻¹,   S(σ) = 1 − Vᵀ (D − σ)⁻¹ U        (Woodbury)
struct ReducedSpectrum {
  /// An eigenvalue and its state.
  struct Eigenstate {
    /// μ.
    var real: Double
    var imaginary: Double

    /// c = Vᵀ x, real parts, then imaginary parts: x_m = u_m·c/(d_m − μ) for modes that are not listed.
    var coefficients: [Double]

    /// x of the listed modes, real parts, then imaginary parts; NaN where it follows from c.
    var listed: [Double]
  }

  /// All states with rates up to the limit, slowest first, without those of conserved quantities.
  private(set) var states: [Eigenstate] = []

  /// The number of rates that are zero.
  private(set) var conservedQuantities = 0

  /// Below this part of the typical small rate a rate is zero.
  static let zero = 1e-12

  /// The modes whose x a state lists.
  static func listedModes(of function: SecularFunction) -> [Int] {
    (function.near + function.shared.flatMap(\.representatives)).compactMap(\.mode)
  }

  /// Finds the eigenvalues, or `nil` if LAPACK fails.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - function: The secular function.
  ///   - scale: A typical small rate, of the size of those that are wanted.
  init?(_ function: SecularFunction, scale: Double) {
    // Terms of the small matrix: single modes, shared rates, then large rates
    var nodes = function.near
    var others: [Eigenstate] = []
    var listed = nodes.count
    let total = ReducedSpectrum.listedModes(of: function).count
    for shared in function.shared {
      let threshold = 1e-13 * shared.weights.largest
      guard let terms = RateNode.list(shared.weights, rate: shared.rate, above: threshold),
        let state = ReducedSpectrum.state(of: shared, width: function.width, from: listed, total)
      else { return nil }
      nodes += terms
      others += Array(repeating: state, count: shared.count - terms.count)
      listed += shared.representatives.count
    }
    var far = function.far
    if nodes.count + far.count > 400 {
      let reduction = FarReduction(far, limit: function.limit, lowest: -scale)
      far = reduction?.nodes ?? far
    }
    let small = Small(near: nodes, far: far, width: function.width)
    let bound = function.limit * (1 + 1e-13)
    guard let found = small.states(below: bound, shift: -scale / 10, function, listed: total) else {
      return nil
    }
    var all = found + others.filter { $0.real <= bound }
    all.sort { (abs($0.real), abs($0.imaginary)) < (abs($1.real), abs($1.imaginary)) }
    conservedQuantities = max(
      min(1, all.count),
      all.prefix { $0.real.magnitude + $0.imaginary.magnitude <= ReducedSpectrum.zero * scale }
        .count
    )
    states = Array(all.dropFirst(conservedQuantities))
    states.sort {
      ($0.real, abs($0.imaginary), -$0.imaginary) < ($1.real, abs($1.imaginary), -$1.imaginary)
    }
  }

  /// A state of modes that share a rate, which no other mode feels: Σ_m v_m x_m = 0 over 2R + 1 of them.
  private static func state(
    of shared: SecularFunction.SharedRate,
    width: Int,
    from start: Int,
    _ total: Int
  ) -> Eigenstate? {
    // One equation more, 0 = 0, and the last of the singular vectors is the solution.
    let columns = shared.representatives.count
    var matrix = DenseMatrix(rows: columns, columns: columns)
    for (column, node) in shared.representatives.enumerated() {
      for row in 0..<width { matrix[row, column] = node.right[row] }
    }
    guard let (_, _, right) = matrix.singularValues() else { return nil }
    var listed = [Double](repeating: 0, count: 2 * total)
    for column in 0..<columns { listed[start + column] = right[columns - 1, column] }
    return Eigenstate(
      real: shared.rate,
      imaginary: 0,
      coefficients: [Double](repeating: 0, count: 2 * width),
      listed: listed
    )
  }
}
