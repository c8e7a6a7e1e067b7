import CLAPACK

/// A small dense matrix in row-major order, for what one rank computes alone.
package struct DenseMatrix {
  package let rows: Int
  package let columns: Int
  package var elements: [Double]

  /// Zeros.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    elements = [Double](repeating: 0, count: rows * columns)
  }

  /// The identity.
  init(identity size: Int) {
    self.init(rows: size, columns: size)
    for index in 0..<size { self[index, index] = 1 }
  }

  /// Rows one after the other.
  package init(_ list: [[Double]], columns: Int) {
    rows = list.count
    self.columns = columns
    elements = list.flatMap { $0 }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  var transposed: DenseMatrix {
    var result = DenseMatrix(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }

  /// The columns in a range.
  func columns(_ range: Range<Int>) -> DenseMatrix {
    var result = DenseMatrix(rows: rows, columns: range.count)
    for row in 0..<rows {
      for column in range { result[row, column - range.lowerBound] = self[row, column] }
    }
    return result
  }

  /// Each row times a number.
  func scalingRows(by factors: [Double]) -> DenseMatrix {
    var result = self
    for row in 0..<rows { for column in 0..<columns { result[row, column] *= factors[row] } }
    return result
  }

  /// This matrix with the columns of another beside its own.
  func beside(_ other: DenseMatrix) -> DenseMatrix {
    var result = DenseMatrix(rows: rows, columns: columns + other.columns)
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] = self[row, column] }
      for column in 0..<other.columns { result[row, columns + column] = other[row, column] }
    }
    return result
  }

  /// The product; loops run along rows, so that they vectorise without reassociation.
  static func * (left: DenseMatrix, right: DenseMatrix) -> DenseMatrix {
    precondition(left.columns == right.rows, "matrices that do not fit")
    var result = DenseMatrix(rows: left.rows, columns: right.columns)
    let (inner, width) = (left.columns, right.columns)
    result.elements.withUnsafeMutableBufferPointer { target in
      right.elements.withUnsafeBufferPointer { source in
        for row in 0..<left.rows {
          for k in 0..<inner {
            let factor = left.elements[row * inner + k]
            if factor == 0 { continue }
            for column in 0..<width {
              target[row * width + column] += factor * source[k * width + column]
            }
          }
        }
      }
    }
    return result
  }

  static func - (left: DenseMatrix, right: DenseMatrix) -> DenseMatrix {
    var result = left
    for index in result.elements.indices { result.elements[index] -= right.elements[index] }
    return result
  }

  /// The largest magnitude of an element; NaN if one is NaN.
  package var largest: Double {
    elements.reduce(0) { abs($1) <= $0 ? $0 : abs($1) }
  }

  /// The solution X of (this) X = right.
  ///
  /// - Returns: `nil` if the matrix is singular or not finite.
  func solve(_ right: DenseMatrix) -> DenseMatrix? {
    guard elements.allSatisfy(\.isFinite), right.elements.allSatisfy(\.isFinite) else { return nil }
    var (matrix, solution) = (elements, right)
    guard rows > 0, right.columns > 0 else { return right }
    let info = tgge_lapack_solve(
      Int32(rows),
      Int32(right.columns),
      &matrix,
      &solution.elements
    )
    return info == 0 ? solution : nil
  }

  /// The decomposition left · diag(values) · right, values in descending order.
  func singularValues() -> (left: DenseMatrix, values: [Double], right: DenseMatrix)? {
    let smaller = min(rows, columns)
    var left = DenseMatrix(rows: rows, columns: smaller)
    var right = DenseMatrix(rows: smaller, columns: columns)
    var values = [Double](repeating: 0, count: smaller)
    guard smaller > 0 else { return (left, values, right) }
    guard elements.allSatisfy(\.isFinite) else { return nil }
    var matrix = elements
    let info = tgge_lapack_singular(
      Int32(rows),
      Int32(columns),
      &matrix,
      &values,
      &left.elements,
      &right.elements
    )
    return info == 0 ? (left, values, right) : nil
  }

  /// Eigenvalues and right eigenvectors of any square matrix.
  ///
  /// Complex ones come in pairs, +imaginary first; the vectors of a pair are column j ± i · column j + 1.
  func eigensystem() -> (real: [Double], imaginary: [Double], vectors: DenseMatrix)? {
    guard elements.allSatisfy(\.isFinite) else { return nil }
    var (matrix, vectors) = (elements, DenseMatrix(rows: rows, columns: rows))
    var real = [Double](repeating: 0, count: rows)
    var imaginary = real
    guard rows > 0 else { return (real, imaginary, vectors) }
    let info = tgge_lapack_eigenvalues(
      Int32(rows),
      &matrix,
      &real,
      &imaginary,
      &vectors.elements
    )
    return info == 0 ? (real, imaginary, vectors) : nil
  }
}
