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

  /// Finds the eigenvalues.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - function: The secular function.
  ///   - scale: A typical small rate, of the size of those that are wanted.
  /// - Returns: `nil` if LAPACK fails.
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
    if nodes.count + function.far.count <= 400 {
      nodes += function.far
    } else {
      let reduction = FarReduction(function.far, limit: function.limit, lowest: -scale)
      nodes += reduction?.nodes ?? function.far
    }

    guard let found = ReducedSpectrum.solve(nodes, function, shift: -scale / 10, listed: total) else {
      return nil
    }
    let bound = function.limit * (1 + 1e-13)
    var all = (found + others).filter { $0.real <= bound }
    all.sort { (abs($0.real), abs($0.imaginary)) < (abs($1.real), abs($1.imaginary)) }
    conservedQuantities = max(
      min(1, all.count),
      all.prefix { $0.real.magnitude + $0.imaginary.magnitude <= ReducedSpectrum.zero * scale }.count
    )
    states = Array(all.dropFirst(conservedQuantities))
    states.sort {
      ($0.real, abs($0.imaginary), -$0.imaginary) < ($1.real, abs($1.imaginary), -$1.imaginary)
    }
  }

  private static func solve(
    _ nodes: [RateNode],
    _ function: SecularFunction,
    shift: Double,
    listed: Int
  ) -> [Eigenstate]? {
    let width = function.width
    let inverse = nodes.map { 1 / ($0.rate - shift) }
    let left = DenseMatrix(nodes.map(\.left), columns: width)
    let right = DenseMatrix(nodes.map(\.right), columns: width)
    let weighted = left.scalingRows(by: inverse)
    let secular = DenseMatrix(identity: width) - right.transposed * weighted
    guard let inner = secular.solve(right.scalingRows(by: inverse).transposed) else { return nil }
    var matrix = weighted * inner
    for index in nodes.indices { matrix[index, index] += inverse[index] }
    guard let (real, imaginary, vectors) = matrix.eigensystem() else { return nil }

    let moments = right.transposed * vectors
    return real.indices.compactMap { index in
      let square = real[index] * real[index] + imaginary[index] * imaginary[index]
      guard square > 0 else { return nil }
      // Of a pair the first has the vector (first + i second), the other its conjugate.
      let first = imaginary[index] < 0 ? index - 1 : index
      let sign = imaginary[index] == 0 ? 0.0 : imaginary[index] > 0 ? 1 : -1
      func parts(_ table: DenseMatrix, _ rows: Int) -> [Double] {
        (0..<rows).map { table[$0, first] }
          + (0..<rows).map { sign == 0 ? 0 : sign * table[$0, first + 1] }
      }
      let near = parts(vectors, function.near.count)
      let rest = [Double](repeating: .nan, count: listed - function.near.count)
      return Eigenstate(
        real: shift + real[index] / square,
        imaginary: -imaginary[index] / square,
        coefficients: parts(moments, width),
        listed: near.prefix(function.near.count) + rest + near.dropFirst(function.near.count) + rest
      )
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
