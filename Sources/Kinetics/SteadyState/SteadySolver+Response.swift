import Communication
import Dissipation
import VectorMath

/// How the sums over velocity tables and the variables respond.
struct MomentResponses {
  /// Σ_m v(m) dn_m/d(drive) of each table, and dx/d(drive).
  var drive: [Double]
  var driveVariables: [Double]

  /// Σ_m v(m) dn_m/d(filling) of each table, filling counted per mode, and dx/d(filling).
  var filling: [Double]
  var fillingVariables: [Double]
}

extension SteadySolver {
  /// The derivatives of `variables` to drive and filling at the last state; `nil` where there are none.
  public var tangents: (drive: [Double]?, filling: [Double]?) {
    guard let found else { return (nil, nil) }
    return (finite(found.driveVariables), finite(found.fillingVariables))
  }

  private func finite(_ values: [Double]) -> [Double]? {
    values.allSatisfy(\.isFinite) ? values : nil
  }

  /// The responses of Σ_m v(m) n_m to the drive and to the filling, for each of the velocity tables.
  ///
  /// By the implicit function theorem: with the equations R(x, μ) = 0, dx/dμ = −(∂R/∂x)⁻¹ ∂R/∂μ and dn = Σ (∂n/∂x) dx +
  /// ∂n/∂μ. They come from the last pass of `iterate(responses: true)`, at a state within 10⁻⁹ of the root.
  ///
  /// Not collective.
  ///
  /// - Returns: The responses; `nil` where there is none.
  public var responses: (drive: [Double]?, filling: [Double]?) {
    guard let found else { return (nil, nil) }
    return (finite(found.drive), finite(found.filling))
  }

  /// The response of Σ_m v(m) n_m to a parameter of which only the rates know.
  ///
  /// Collective. To be called at the root.
  ///
  /// - Parameters:
  ///   - table: χ d ln(in/out) of the owned modes at fixed λ, and dn of those without rates; zeros beyond, to
  ///     whole tiles.
  ///   - change: d(filling) with the parameter.
  /// - Returns: The response of each velocity table, NaN where there is none.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func response(
    to table: borrowing AlignedVector,
    filling change: Double
  ) throws(CommunicationError) -> [Double] {
    try evaluate(.response, response: .table(table.pointer))
    let inverse = try inverse(of: jacobian(), rows: unknowns + 1, columns: unknowns)
    return response(inverse, filling: change).sums
  }

  /// From the sums of the last pass.
  func momentResponses(_ inverse: [Double]) throws(CommunicationError) -> MomentResponses {
    let drive = response(inverse, filling: 0)
    var number = [Double](repeating: 0, count: unknowns + 1)
    number[unknowns] = Double(partition.modes) / scale(unknowns)
    let filled = product(inverse, number)
    return MomentResponses(
      drive: drive.sums,
      driveVariables: drive.variables,
      filling: (0..<velocityCount).map { response(of: $0, to: filled) },
      fillingVariables: filled
    )
  }

  /// The response to the parameter of the response column.
  private func response(
    _ inverse: [Double],
    filling change: Double
  ) -> (variables: [Double], sums: [Double]) {
    let right = (0...unknowns).map { row in
      let own = sign(row) * pass.element(row: row, column: unknowns)
      return ((row == unknowns ? Double(partition.modes) * change : 0) - own) / scale(row)
    }
    let variables = product(inverse, right)
    let sums = (0..<velocityCount).map { table in
      response(of: table, to: variables)
        + pass.element(row: unknowns + 1 + table, column: unknowns)
    }
    return (variables, sums)
  }

  /// Σ_m v(m) dn_m for a change of the variables.
  private func response(of table: Int, to change: [Double]) -> Double {
    (0..<unknowns).reduce(0) { sum, column in
      let element = pass.element(row: unknowns + 1 + table, column: column)
      return sum + (column % 2 == 0 ? element : -element) * change[column]
    }
  }
}
