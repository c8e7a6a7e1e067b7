import CLAPACK
import Numerics

/// Eigenvalues, largest first, and eigenvectors of the Hermitian matrix at one momentum.
///
/// One and two orbitals in closed form without cancellation, more by LAPACK (zheevd).
struct HermitianEigensystem {
  /// ε_ν, in descending order.
  private(set) var values: [Double]

  /// u_aν, element a · size + ν.
  private(set) var vectors: [Complex<Double>]

  /// Diagonalises a matrix.
  ///
  /// - Parameters:
  ///   - matrix: Row-major, `size`² elements.
  ///   - size: The number of orbitals.
  ///   - momentum: The momentum in units of π, for the message of an error.
  /// - Throws: `ModelError` if two bands are closer than 10⁻¹² of the matrix: then the conserved
  ///   charges are not unique.
  init(
    _ matrix: [Complex<Double>],
    size: Int,
    at momentum: () -> [Double]
  ) throws(ModelError) {
    values = [Double](repeating: 0, count: size)
    vectors = [Complex<Double>](repeating: .one, count: size * size)
    switch size {
    case 1: values[0] = matrix[0].real
    case 2: solvePair(matrix)
    default: try solve(matrix, size: size)
    }
    let scale = matrix.reduce(0) { max($0, $1.length) }
    for band in 0..<size - 1 where values[band] - values[band + 1] <= 1e-12 * scale {
      let place = momentum().map { "\($0)π" }.joined(separator: ", ")
      throw ModelError(
        "bands \(band) and \(band + 1) are degenerate at the momentum (\(place)), so the conserved "
          + "charges are not unique; a boundary twist (lattice.twist) or a field that splits the "
          + "bands avoids it",
        about: .lattice
      )
    }
  }

  /// The two bands m ± R of [[m + d, c], [c*, m − d]], with R = √(d² + |c|²).
  ///
  /// The + band is (R + |d|, c*)/√(2R(R + |d|)) for d ≥ 0 and (c, R + |d|)/√(…) for d < 0, so that nothing
  /// cancels; the − band is orthogonal to it. At R = 0 any two vectors serve.
  private mutating func solvePair(_ matrix: [Complex<Double>]) {
    let (upper, lower) = (matrix[0].real, matrix[3].real)
    let c = matrix[1]
    let mean = (upper + lower) / 2
    let d = (upper - lower) / 2
    let radius = Double.hypot(d, c.length)
    values[0] = mean + radius
    values[1] = mean - radius
    let sum = radius + abs(d)
    let norm = (2 * radius * sum).squareRoot()
    guard norm > 0 else {
      vectors = [.one, .zero, .zero, .one]
      return
    }
    let large = Complex((sum / (2 * radius)).squareRoot())
    let up = d >= 0 ? large : Complex(c.real / norm, c.imaginary / norm)
    let down = d >= 0 ? Complex(c.real / norm, -c.imaginary / norm) : large
    vectors = [up, -down.conjugate, down, up.conjugate]
  }

  private mutating func solve(_ matrix: [Complex<Double>], size: Int) throws(ModelError) {
    var pairs = matrix.flatMap { [$0.real, $0.imaginary] }
    var ascending = [Double](repeating: 0, count: size)
    let info = tgge_lapack_hermitian(Int32(size), &pairs, &ascending)
    guard info == 0 else { throw ModelError("LAPACK's zheevd failed with info = \(info)") }
    for band in 0..<size {
      let column = size - 1 - band
      values[band] = ascending[column]
      for orbital in 0..<size {
        let place = 2 * (orbital * size + column)
        vectors[orbital * size + band] = Complex(pairs[place], pairs[place + 1])
      }
    }
  }
}
