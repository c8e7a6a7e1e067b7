import Communication
import Kinetics

/// What the velocity tables are divided by, and what sums over them mean.
struct VelocityScales {
  /// Powers of two that no velocity exceeds, for each table.
  let scales: [Double]

  /// The scales of tables.
  ///
  /// Collective: the ranks agree on them.
  init(
    of tables: borrowing VelocityTables,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    scales = try tables.exponents(over: communicator).map {
      Double(sign: .plus, exponent: $0, significand: 1)
    }
  }

  /// Scales that are known.
  init(_ scales: [Double]) { self.scales = scales }

  /// A power of two above all velocities.
  var largest: Double { scales.max() ?? 1 }

  /// The currents of each direction, of sums over the tables.
  func currents(_ sums: [Double], bands: Int, momenta: Int) -> [Double] {
    let currents = orbitalCurrents(sums, momenta: momenta)
    return (0..<sums.count / bands).map { direction in
      currents[direction * bands..<(direction + 1) * bands].reduce(0, +)
    }
  }

  /// Filling and currents, of sums of the occupations.
  func observables(
    _ sums: [Double],
    number: Double,
    bands: Int,
    momenta: Int
  ) -> ObservableValues {
    ObservableValues(
      filling: number / Double(momenta * bands),
      orbitalCurrents: orbitalCurrents(sums, momenta: momenta),
      current: currents(sums, bands: bands, momenta: momenta)
    )
  }

  private func orbitalCurrents(_ sums: [Double], momenta: Int) -> [Double] {
    zip(sums, scales).map { $0 * $1 / Double(momenta) }
  }
}
