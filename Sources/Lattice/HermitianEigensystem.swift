import Numerics

/// Eigenvalues, largest first, and eigenvectors of the Hermitian matrix at one momentum.
struct HermitianEigensystem {
  /// ε_ν, in descending order.
  let values: [Double]

  /// u_aν, element a · size + ν.
  let vectors: [Complex<Double>]

  /// Diagonalises a matrix, row-major with `size`² elements.
  ///
  /// - Throws: `ModelError` if the matrix is larger than this version computes.
  init(
    _ matrix: [Complex<Double>],
    size: Int,
    at momentum: () -> [Double]
  ) throws(ModelError) {
    switch size {
    case 1:
      values = [matrix[0].real]
      vectors = [.one]
    default:
      throw ModelError("lattices of \(size) orbitals are not available; use one orbital")
    }
  }
}
