import Communication
import Dissipation
import Kinetics
import Lattice

/// The velocity tables, scaled by powers of two to at most 1.
struct ScaledVelocities {
  private(set) var tables: [[Double]]
  let scales: [Double]

  /// Collective: the ranks agree on the scales.
  init(_ tables: ModeTables, over communicator: some Communicator) throws(CommunicationError) {
    var largest = tables.velocities.map { $0.reduce(0) { max($0, abs($1)) } }
    var span = largest.mutableSpan
    try communicator.maximum(&span)
    let scales = largest.map { value in
      Double(sign: .plus, exponent: value > 0 ? Int(value.exponent) + 1 : 0, significand: 1)
    }
    self.scales = scales
    self.tables = zip(tables.velocities, scales).map { table, scale in table.map { $0 / scale } }
  }

  /// Scales that are known, without tables.
  init(scales: [Double]) {
    self.scales = scales
    tables = []
  }

  /// Frees the tables once they were copied; the scales stay.
  mutating func dropTables() { tables = [] }

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
