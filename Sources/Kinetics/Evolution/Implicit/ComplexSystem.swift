import ComplexModule

/// A small square system of complex linear equations, by Gaussian elimination with partial pivoting.
///
/// Plain arithmetic in an order that the source fixes: ranks that solve equal systems find equal bits.
/// Nothing is allocated after `init`.
package struct ComplexSystem {
  /// The number of equations.
  package let size: Int

  private var elements: [Complex<Double>]
  private var pivots: [Int]

  /// Whether the elimination met a pivot that was zero or not finite.
  package private(set) var isSingular = false

  /// Creates a system of zeros.
  package init(size: Int) {
    self.size = size
    elements = [Complex<Double>](repeating: .zero, count: size * size)
    pivots = Array(0..<size)
  }

  /// An element of the matrix, until `factor` replaces it.
  package subscript(row: Int, column: Int) -> Complex<Double> {
    get { elements[row * size + column] }
    set { elements[row * size + column] = newValue }
  }

  /// Replaces the matrix by its factors.
  ///
  /// - Complexity: size³/3 multiplications.
  package mutating func factor() {
    isSingular = false
    for column in 0..<size {
      var pivot = column
      for row in column + 1..<max(size, column + 1)
      where weight(row, column) > weight(pivot, column) { pivot = row }
      pivots[column] = pivot
      if pivot != column {
        for other in 0..<size {
          elements.swapAt(column * size + other, pivot * size + other)
        }
      }
      let diagonal = self[column, column]
      guard diagonal.isFinite, diagonal != .zero else {
        isSingular = true
        return
      }
      let inverse = Complex.one / diagonal
      for row in column + 1..<max(size, column + 1) {
        let factor = self[row, column] * inverse
        self[row, column] = factor
        for other in column + 1..<max(size, column + 1) {
          self[row, other] -= factor * self[column, other]
        }
      }
    }
  }

  /// Replaces a right-hand side by the solution; to be called after `factor`.
  package func solve(_ right: inout [Complex<Double>]) {
    for column in 0..<size { right.swapAt(column, pivots[column]) }
    for row in 0..<size {
      for column in 0..<row { right[row] -= self[row, column] * right[column] }
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) {
        right[row] -= self[row, column] * right[column]
      }
      right[row] /= self[row, row]
    }
  }

  /// The solution for a right-hand side.
  package func solution(_ right: [Complex<Double>]) -> [Complex<Double>] {
    var solution = right
    solve(&solution)
    return solution
  }

  /// |Re| + |Im| of an element.
  private func weight(_ row: Int, _ column: Int) -> Double {
    let element = self[row, column]
    return abs(element.real) + abs(element.imaginary)
  }
}
