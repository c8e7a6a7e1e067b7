import CLAPACK
import RealModule
import VectorMath

/// Eigenvalues, largest first, and eigenvectors of Hermitian matrices over a range of momenta.
///
/// Two orbitals in closed form without cancellation, more by LAPACK (zheevd).
struct HermitianEigensystem {
  /// ε_ν in descending order, a plane for each band.
  private(set) var values: Planes

  /// u_aν: real part in plane 2 (a · size + ν), imaginary part in the next.
  private(set) var vectors: Planes

  private let size: Int

  /// Diagonalises matrices.
  ///
  /// - Parameters:
  ///   - matrix: H_ab, as `BlochPlanes` has it.
  ///   - size: The number of orbitals, two or more.
  ///   - momentum: The components in units of π of a momentum by its place, for the message of an error.
  /// - Throws: `ModelError` if two bands are closer than 10⁻¹² of the matrix: then the conserved
  ///   charges are not unique.
  init(_ matrix: Planes, size: Int, momentum: (Int) -> [Double]) throws(ModelError) {
    self.size = size
    values = Planes(count: size, length: matrix.length)
    vectors = Planes(count: 2 * size * size, length: matrix.length)
    var degenerate: (place: Int, band: Int)?
    switch size {
    case 2: degenerate = solvePairs(matrix)
    default: degenerate = try solveAll(matrix)
    }
    guard let degenerate else { return }
    let place = momentum(degenerate.place).map { "\($0)π" }.joined(separator: ", ")
    throw ModelError(
      "bands \(degenerate.band) and \(degenerate.band + 1) are degenerate at the momentum (\(place)), "
        + "so the conserved charges are not unique; a boundary twist (lattice.twist) or a field that "
        + "splits the bands avoids it",
      about: .lattice
    )
  }

  /// How close two bands may be, relative to the largest element of the matrix.
  private static let resolution = 1e-12

  /// Returns the first place where the bands are degenerate.
  private mutating func solvePairs(_ matrix: Planes) -> (place: Int, band: Int)? {
    let (stride, length) = (matrix.stride, matrix.length)
    var first: Int?
    matrix.read { start in
      values.write { values in
        vectors.write { vectors in
          for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
            let pair = PairEigensystem(
              start.vector(at: index),
              start.vector(at: 6 * stride + index),
              (start.vector(at: 2 * stride + index), start.vector(at: 3 * stride + index))
            )
            pair.store(values, vectors, stride, at: index)
            let limit = HermitianEigensystem.resolution * pair.scale
            let isDegenerate = (pair.upper - pair.lower) .<= limit
            guard first == nil, any(isDegenerate) else { continue }
            first = (0..<Vector.scalarCount).first { isDegenerate[$0] && index + $0 < length }
              .map { index + $0 }
          }
        }
      }
    }
    return first.map { ($0, 0) }
  }

  private mutating func solveAll(
    _ matrix: Planes
  ) throws(ModelError) -> (place: Int, band: Int)? {
    for index in 0..<matrix.length {
      var pairs = (0..<2 * size * size).map { matrix[$0, index] }
      let scale = (0..<size * size).reduce(0) { largest, element in
        max(largest, .hypot(pairs[2 * element], pairs[2 * element + 1]))
      }
      var ascending = [Double](repeating: 0, count: size)
      let info = tgge_lapack_hermitian(Int32(size), &pairs, &ascending)
      guard info == 0 else { throw ModelError("LAPACK's zheevd failed with info = \(info)") }
      for band in 0..<size {
        let column = size - 1 - band
        values[band, index] = ascending[column]
        for orbital in 0..<size {
          let place = 2 * (orbital * size + column)
          let plane = 2 * (orbital * size + band)
          vectors[plane, index] = pairs[place]
          vectors[plane + 1, index] = pairs[place + 1]
        }
      }
      for band in 0..<size - 1 {
        let gap = values[band, index] - values[band + 1, index]
        if gap <= HermitianEigensystem.resolution * scale { return (index, band) }
      }
    }
    return nil
  }
}

extension PairEigensystem {
  /// Writes both bands into planes.
  @inline(__always)
  fileprivate func store(
    _ values: UnsafeMutablePointer<Double>,
    _ vectors: UnsafeMutablePointer<Double>,
    _ stride: Int,
    at index: Int
  ) {
    values.store(upper, at: index)
    values.store(lower, at: stride + index)
    vectors.store(first.real, at: index)
    vectors.store(first.imaginary, at: stride + index)
    vectors.store(-second.real, at: 2 * stride + index)
    vectors.store(second.imaginary, at: 3 * stride + index)
    vectors.store(second.real, at: 4 * stride + index)
    vectors.store(second.imaginary, at: 5 * stride + index)
    vectors.store(first.real, at: 6 * stride + index)
    vectors.store(-first.imaginary, at: 7 * stride + index)
  }
}
