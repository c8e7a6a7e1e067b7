import Foundation
import Records
import Studies

/// What `tgge steady` has to say, with the keys of its JSON.
struct SteadyReport: JSONReport {
  let command = "steady"
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let forces: String
  let filling: Double
  let fillingError: Double
  let current: Components
  let currents: [String: Components]
  let lambda: [LambdaEntry]
  let digest: String
  /// Always true: a state that is not steady is an error.
  let converged = true
  let iterations: Int
  let residual: Double
  /// By the other engine, where that was affordable.
  let otherResidual: Double?
  /// Of λ, where terms of rates cancel.
  let cancellationError: Double?
  /// The number of modes without any rate.
  let idleModes: Int
  /// dI/d(drive) and dI/d(filling).
  let slope: Components?
  let fillingSlope: Components?
  /// dI/d(key) of the keys that were asked for; null where there is no derivative.
  let slopes: [String: Components?]?
  /// Of the run; not there for a point of a sweep.
  let wallSeconds: Double?

  init(
    _ result: SteadyResult,
    _ study: SteadyStudy,
    _ deck: Deck,
    slopes: [String: [Double]?]?,
    ranks: Int,
    wallSeconds: Double?
  ) {
    let orbitals = study.setup.model.hamiltonian.orbitals
    modes = deck.lattice.modes
    totalModes = study.setup.modes
    bands = orbitals.count
    self.ranks = ranks
    forces = result.engine
    filling = result.observables.filling
    fillingError = result.fillingError
    current = Components(result.observables.current)
    currents = Components.byOrbital(result.observables.orbitalCurrents, orbitals)
    lambda = LambdaEntry.list(
      study.setup.recordedModes,
      result.lambda,
      on: study.setup.grid,
      bands: orbitals.count
    )
    digest = hexadecimal(result.digest)
    iterations = result.iterations
    residual = result.certificate.residual
    otherResidual = result.otherResidual
    cancellationError = result.cancellationError
    idleModes = result.certificate.idleModes
    slope = result.driveSlope.map { Components($0) }
    fillingSlope = result.fillingSlope.map { Components($0) }
    self.slopes = slopes?.mapValues { $0.map { Components($0) } }
    self.wallSeconds = wallSeconds
  }

  /// Writes a table for people to standard output.
  func printTable() {
    var rows = lambda.map { [$0.title(bands: bands), digits($0.value)] }
    rows.append(["current", current.text])
    if currents.count > 1 {
      rows += currents.sorted { $0.key < $1.key }.map { ["current of \($0.key)", $0.value.text] }
    }
    if let slope { rows.append(["dI/d(drive)", slope.text]) }
    if let fillingSlope { rows.append(["dI/d(filling)", fillingSlope.text]) }
    for (key, value) in (slopes ?? [:]).sorted(by: { $0.key < $1.key }) {
      rows.append(["dI/d(\(key))", value?.text ?? "none"])
    }
    rows.append(["filling", digits(filling)])
    printColumns(rows)
    print("\n" + summary.text)
  }

  /// How it was computed.
  var summary: Summary {
    let other = otherResidual.map { String(format: ", %.1e by the other engine", $0) } ?? ""
    var summary = Summary()
    summary.add("modes", "\(totalModes) on \(Summary.ranks(ranks)), \(forces) forces")
    summary.add("passes", "\(iterations)")
    summary.add("residual", String(format: "%.1e", residual) + other)
    if let cancellationError, cancellationError > SteadyStudy.tolerance {
      let words = "rates of some mode cancel: its lambda may be off by up to %.1e"
      summary.add("cancellation", String(format: words, cancellationError))
    }
    summary.add("filling error", String(format: "%.1e", fillingError))
    summary.add("digest", digest)
    summary.add("time", ProgressLine.duration(wallSeconds ?? 0))
    return summary
  }
}
