import Foundation
import Records
import Studies

/// What `tgge extrapolate` has to say, with the keys of its JSON.
struct ExtrapolateReport: JSONReport {
  /// One size.
  struct Point: Encodable {
    let modes: Components
    /// At the boundary phase of the deck.
    let current: Components
    let currents: [String: Components]
    let filling: Double
    /// Averaged over the boundary phases.
    let averageCurrent: Components
    let averageCurrents: [String: Components]
    /// How far a current at some phase may be from the average.
    let variation: Double
    let residual: Double
    let digest: String
  }

  let command = "extrapolate"
  let ranks: Int
  let forces: String
  let twists: Int
  let points: [Point]
  /// I(∞), total and by orbital.
  let limit: Components
  let limits: [String: Components]
  let filling: Double
  /// Of each number of the limit.
  let error: Double
  /// κ for each cell; not there if all sizes agree to rounding.
  let decayRate: Double?
  /// The bound of the velocities that the tolerance is relative to.
  let scale: Double
  let tolerance: Double
  /// The L at which the error would meet the tolerance.
  let lengthForTolerance: Int
  let wallSeconds: Double

  init(_ result: ExtrapolateResult, _ study: ExtrapolateStudy, _ job: DeckRun, ranks: Int) {
    let orbitals = study.setup.model.hamiltonian.orbitals
    self.ranks = ranks
    forces = result.engine
    twists = study.twists
    points = result.points.map { point in
      Point(
        modes: Components(point.extents.map(Double.init)),
        current: Components(point.observables.current),
        currents: Components.byOrbital(point.observables.orbitalCurrents, orbitals),
        filling: point.observables.filling,
        averageCurrent: Components(point.average.current),
        averageCurrents: Components.byOrbital(point.average.orbitalCurrents, orbitals),
        variation: point.variation,
        residual: point.residual,
        digest: hexadecimal(point.digest)
      )
    }
    limit = Components(result.limit.current)
    limits = Components.byOrbital(result.limit.orbitalCurrents, orbitals)
    filling = result.limit.filling
    error = result.error
    decayRate = result.decayRate
    scale = result.scale
    tolerance = study.tolerance
    lengthForTolerance = result.lengthForTolerance
    wallSeconds = job.wallSeconds
  }

  /// Writes a table for people to standard output.
  func printTable() {
    var rows = [["L", "current", "averaged over twists", "variation"]]
    rows += points.map { point in
      [
        point.modes.text, point.current.text, point.averageCurrent.text,
        String(format: "%.1e", point.variation),
      ]
    }
    printColumns(rows)
    print("")
    var limits = [["limit", limit.text]]
    if self.limits.count > 1 {
      limits += self.limits.sorted { $0.key < $1.key }.map {
        ["limit of \($0.key)", $0.value.text]
      }
    }
    limits.append(["error", String(format: "%.1e", error)])
    if let decayRate { limits.append(["decay rate", String(format: "%.4g", decayRate)]) }
    printColumns(limits)
    print(
      "\n\(twists) twists in each direction on \(Summary.ranks(ranks)), "
        + "\(forces) forces, \(ProgressLine.duration(wallSeconds))"
    )
  }

  /// Writes the points as CSV; the limit is in the comment.
  func write(to path: String, of deck: String) throws {
    let directions = points[0].modes.values.count
    let orbitals = points[0].currents.keys.sorted()
    func names(_ stem: String) -> [String] { ColumnTable.names(stem, directions) }
    var columns = names("modes").map { ColumnTable.Column($0) }
    columns += names("current").map { ColumnTable.Column($0, unit: "energy") }
    for orbital in orbitals {
      columns += names("current_\(orbital)").map { ColumnTable.Column($0, unit: "energy") }
    }
    columns += names("average_current").map { ColumnTable.Column($0, unit: "energy") }
    columns.append(ColumnTable.Column("variation", unit: "energy"))
    let table = ColumnTable(
      columns,
      comment: "tgge \(Version.number) \(deck): steady currents by size; limit "
        + "\(limit.values.map(\.description).joined(separator: " ")), error \(error)"
    )
    var file = PartialFile(for: path)
    file.append(table.header)
    for point in points {
      var row: [Double?] = point.modes.values + point.current.values
      for orbital in orbitals { row += point.currents[orbital]?.values ?? [] }
      row += point.averageCurrent.values
      row.append(point.variation)
      file.append(table.row(row))
    }
    try file.finish()
  }
}
