import CLAPACK
import Communication
import RealModule

/// The 2R + 1 equations in 2R unknowns at the last pass, and their small linear systems.
extension SteadySolver {
  /// Equations for g_r count h, whose derivative is minus that of n.
  func sign(_ row: Int) -> Double { row < unknowns && row % 2 == 1 ? -1 : 1 }

  /// What a row is divided by: the moment found for logarithms, the unit of others, the variance of a
  /// random filling for the number.
  func scale(_ row: Int) -> Double {
    guard row < unknowns else { return Double(partition.modes) * filling * (1 - filling) }
    return point.units[row] == 0 ? pass.moment(row) : point.units[row]
  }

  /// What the equations leave: ln of the moments found over those assumed, and the number.
  func residuals() -> [Double] {
    (0...unknowns).map { row in
      guard row < unknowns else {
        return pass.surplus(over: filling * Double(partition.modes)) / scale(row)
      }
      let value = pass.moment(row)
      return point.units[row] == 0
        ? .log(value / point.moments[row]) : (value - point.moments[row]) / point.units[row]
    }
  }

  /// The derivatives of the residuals, row by row.
  func jacobian() -> [Double] {
    var matrix: [Double] = []
    for row in 0...unknowns {
      let factor = sign(row) / scale(row)
      for column in 0..<unknowns {
        let element = pass.element(row: row, column: column)
        let derivative = factor * (column % 2 == 0 ? element : -element)
        matrix.append(derivative - (row == column ? 1 : 0))
      }
    }
    return matrix
  }

  /// The least-squares inverse of a matrix, the same on all ranks; NaN where there is none.
  ///
  /// Collective: computed on the first rank and broadcast. The last row, which fixes the filling, has the weight of
  /// the others, however few modes are partly filled.
  func inverse(
    of matrix: [Double],
    rows: Int,
    columns: Int
  ) throws(CommunicationError) -> [Double] {
    var solution = [Double](repeating: .nan, count: rows * rows)
    if communicator.rank == 0, matrix.allSatisfy(\.isFinite) {
      var matrix = matrix
      var right = [Double](repeating: 0, count: rows * rows)
      for row in 0..<rows { right[row * rows + row] = 1 }
      let filling = (rows - 1) * columns..<rows * columns
      let largest = matrix[filling].reduce(0) { max($0, abs($1)) }
      if largest >= .leastNormalMagnitude {
        let unit = Double(sign: .plus, exponent: -Int(largest.exponent), significand: 1)
        for index in filling { matrix[index] *= unit }
        right[rows * rows - 1] = unit
      }
      var values = [Double](repeating: 0, count: rows)
      let info = tgge_lapack_least_squares(
        Int32(rows),
        Int32(columns),
        Int32(rows),
        &matrix,
        &right,
        &values,
        1e-15
      )
      if info == 0 { solution = right }
    }
    solution.removeLast((rows - columns) * rows)
    var span = solution.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return solution
  }

  /// The product of an inverse with a right-hand side.
  func product(_ inverse: [Double], _ right: [Double]) -> [Double] {
    (0..<inverse.count / right.count).map { row in
      right.indices.reduce(0) { $0 + inverse[row * right.count + $1] * right[$1] }
    }
  }
}

/// The largest magnitude of a vector; infinite if something is not finite.
func largestMagnitude(_ vector: [Double]) -> Double {
  vector.reduce(0) { $1.isFinite ? max($0, abs($1)) : .infinity }
}
