import RealModule

/// Fewer nodes that act at small rates like many at large ones.
///
/// T(μ) = Vᵀ (D − μ)⁻¹ U is projected onto an orthonormal basis of (D − σ)⁻¹ U and (D − σ)⁻¹ V for some shifts σ, where the
/// result then agrees with T and its derivative (rational Krylov spaces; the next shift is where the deviation is
/// largest). The projected D is symmetric with eigenvalues between the smallest and the largest node, so that no
/// false pole appears at small rates.
package struct FarReduction {
  /// The nodes that remain.
  package let nodes: [RateNode]

  /// The largest deviation of T at the points that were looked at, in units of what rounding allows there.
  package let deviation: Double

  /// A point μ.
  private struct Point {
    let real: Double
    let imaginary: Double
  }

  /// D, U and V.
  private struct System {
    let rates: [Double]
    let left: DenseMatrix
    let right: DenseMatrix
  }

  /// Reduces nodes; `nil` if LAPACK fails or rounding keeps the deviation large.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - nodes: The nodes.
  ///   - limit: Rates up to this, below all nodes, are wanted.
  ///   - lowest: A negative number whose neighbourhood is wanted, too.
  package init?(_ nodes: [RateNode], limit: Double, lowest: Double) {
    guard let first = nodes.map(\.rate).min(), let width = nodes.first?.left.count else {
      return nil
    }
    let system = System(
      rates: nodes.map(\.rate),
      left: DenseMatrix(nodes.map(\.left), columns: width),
      right: DenseMatrix(nodes.map(\.right), columns: width)
    )
    let points = FarReduction.points(limit: limit, gap: first - limit, lowest: lowest)
    let targets = points.map { FarReduction.transfer(system, $0) }
    let allowed = points.map { point in
      // Rates are known to a unit in the last place, which is much where they are close.
      let distance = Double.hypot(first - point.real, point.imaginary)
      let rounding = max(FarReduction.tolerance, 1e-14 * abs(limit) / distance)
      return rounding * max(1, FarReduction.magnitude(system, point))
    }
    var basis = DenseMatrix(rows: nodes.count, columns: 0)
    var shift = points[0]
    var (reduced, worst) = (system, Double.infinity)
    for _ in 0..<points.count / 2 where worst > 1 {
      let block = FarReduction.block(system, shift)
      guard let new = FarReduction.orthonormal(block, to: basis) else { return nil }
      if new.columns == 0 { break }
      basis = basis.beside(new)
      guard let next = FarReduction.project(system, basis, limit) else { return nil }
      reduced = next
      worst = 0
      for (index, point) in points.enumerated() {
        let (found, target) = (FarReduction.transfer(reduced, point), targets[index])
        let deviation = max((found.0 - target.0).largest, (found.1 - target.1).largest)
        let relative = deviation / allowed[index]
        if !(relative <= worst) { (worst, shift) = (relative, point) }
      }
    }
    // Rounding may end it a little above.
    guard worst <= 30 else { return nil }
    deviation = worst
    self.nodes = reduced.rates.indices.map { index in
      RateNode(
        rate: reduced.rates[index],
        left: (0..<width).map { reduced.left[index, $0] },
        right: (0..<width).map { reduced.right[index, $0] }
      )
    }
  }

  /// The deviation that is allowed where rounding does not matter.
  private static let tolerance = 1e-13

  /// Where T must be met: below the limit and beside it, at distances in geometric progression.
  private static func points(limit: Double, gap: Double, lowest: Double) -> [Point] {
    let count = 25
    let edge = limit + gap / 2
    let ratio = max(limit - lowest, gap) / (gap / 2)
    let distances = (0..<count).map { gap / 2 * .pow(ratio, Double($0) / Double(count - 1)) }
    return distances.map { Point(real: edge - $0, imaginary: 0) }
      + distances.map { Point(real: edge, imaginary: $0) }
  }

  /// Re and Im of 1/(d − μ) for all nodes.
  private static func resolvent(_ rates: [Double], _ point: Point) -> ([Double], [Double]) {
    let real = rates.map { $0 - point.real }
    let squares = real.map { $0 * $0 + point.imaginary * point.imaginary }
    return (
      zip(real, squares).map { $0 / $1 },
      squares.map { point.imaginary / $0 }
    )
  }

  /// Re and Im of T.
  private static func transfer(_ system: System, _ point: Point) -> (DenseMatrix, DenseMatrix) {
    let (real, imaginary) = resolvent(system.rates, point)
    let right = system.right.transposed
    return (
      right * system.left.scalingRows(by: real), right * system.left.scalingRows(by: imaginary)
    )
  }

  /// The largest element of Σ_j |v_j u_jᵀ|/|d_j − μ|, to whose rounding T is known.
  private static func magnitude(_ system: System, _ point: Point) -> Double {
    let (real, imaginary) = resolvent(system.rates, point)
    let sizes = zip(real, imaginary).map { ($0 * $0 + $1 * $1).squareRoot() }
    var (left, right) = (system.left.scalingRows(by: sizes), system.right)
    for index in left.elements.indices {
      left.elements[index] = abs(left.elements[index])
      right.elements[index] = abs(right.elements[index])
    }
    return (right.transposed * left).largest
  }

  /// (D − σ)⁻¹ [U, V], columns of length 1.
  private static func block(_ system: System, _ shift: Point) -> DenseMatrix {
    let both = system.left.beside(system.right)
    let (real, imaginary) = resolvent(system.rates, shift)
    var block = both.scalingRows(by: real)
    if shift.imaginary != 0 { block = block.beside(both.scalingRows(by: imaginary)) }
    for column in 0..<block.columns {
      var square = 0.0
      for row in 0..<block.rows { square += block[row, column] * block[row, column] }
      let norm = square.squareRoot()
      guard norm > 0 else { continue }
      for row in 0..<block.rows { block[row, column] /= norm }
    }
    return block
  }

  /// An orthonormal basis of what a block adds to another basis.
  private static func orthonormal(_ block: DenseMatrix, to basis: DenseMatrix) -> DenseMatrix? {
    var block = block
    for _ in 0..<2 {
      for _ in 0..<2 { block = block - basis * (basis.transposed * block) }
      guard let (left, values, _) = block.singularValues() else { return nil }
      block = left.columns(0..<values.count { $0 > 1e-13 })
    }
    return block
  }

  /// The projection, with its D made diagonal by singular values of √(D − limit) times the basis: so rates
  /// close to the limit keep their distance from it beside the largest ones.
  private static func project(
    _ system: System,
    _ basis: DenseMatrix,
    _ limit: Double
  ) -> System? {
    let roots = system.rates.map { ($0 - limit).squareRoot() }
    guard let (_, values, rotation) = basis.scalingRows(by: roots).singularValues() else {
      return nil
    }
    let transposed = basis.transposed
    return System(
      rates: values.map { limit + $0 * $0 },
      left: rotation * (transposed * system.left),
      right: rotation * (transposed * system.right)
    )
  }
}
