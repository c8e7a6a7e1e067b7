import Foundation
import Records
import Studies

/// What `tgge evolve` has to say, with the keys of its JSON.
struct EvolveReport: JSONReport {
  /// One output time.
  struct Output: Encodable {
    let time: Double
    let lambda: [LambdaEntry]
    let current: Components
    let filling: Double
  }

  let command = "evolve"
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let forces: String
  let time: Double
  let filling: Double
  let fillingDrift: Double
  let current: Components
  let currents: [String: Components]
  let lambda: [LambdaEntry]
  let digest: String
  /// How the steps were taken: `nested`, `explicit`, `implicit`, or several of these in that order, with `+`.
  let method: String
  let steps: Int
  let nestedSteps: Int
  let implicitSteps: Int
  let jacobians: Int
  let newtonIterations: Int
  let rejectedSteps: Int
  let forceEvaluations: Int
  let wallSeconds: Double
  let outputs: [Output]
  /// λ of the recorded modes in the Gibbs state of the thermal bath and the initial filling.
  let gibbs: [LambdaEntry]
  /// Only where a kernel was to be compressed.
  let compression: Compression?

  /// What compression found.
  struct Compression: Encodable {
    let rank: Int
    let error: Double?
    let tolerance: Double
  }

  init(
    _ result: EvolveResult,
    _ study: EvolveStudy,
    _ deck: Deck,
    gibbs: [Double],
    ranks: Int,
    wallSeconds: Double
  ) {
    let orbitals = study.setup.model.hamiltonian.orbitals
    func entries(_ values: [Double]) -> [LambdaEntry] {
      LambdaEntry.list(
        study.setup.recordedModes,
        values,
        on: study.setup.grid,
        bands: orbitals.count
      )
    }
    let outputs = result.outputs.map { output in
      Output(
        time: output.time,
        lambda: entries(output.lambda),
        current: Components(output.observables.current),
        filling: output.observables.filling
      )
    }
    let final = result.outputs[result.outputs.count - 1]
    modes = deck.lattice.modes
    totalModes = study.setup.modes
    bands = orbitals.count
    self.ranks = ranks
    forces = result.engine
    time = final.time
    filling = final.observables.filling
    fillingDrift = result.fillingDrift
    current = Components(final.observables.current)
    currents = Components.byOrbital(final.observables.orbitalCurrents, orbitals)
    lambda = outputs[outputs.count - 1].lambda
    digest = hexadecimal(result.digest)
    method = result.statistics.method
    steps = result.statistics.steps
    nestedSteps = result.statistics.nestedSteps
    implicitSteps = result.statistics.implicitSteps
    jacobians = result.statistics.jacobians
    newtonIterations = result.statistics.newtonIterations
    rejectedSteps = result.statistics.rejectedSteps
    forceEvaluations = result.statistics.forceEvaluations
    self.wallSeconds = wallSeconds
    self.outputs = outputs
    self.gibbs = entries(gibbs)
    compression = result.compression.map { report in
      Compression(
        rank: report.rank,
        error: report.error.isFinite ? report.error : nil,
        tolerance: study.setup.forces.compression ?? 0
      )
    }
  }

  /// Writes a table for people to standard output.
  func printTable() {
    let columns = lambda.map { $0.title(bands: bands) }
    let header = ["t"] + columns + ["current", "filling"]
    var rows = [header]
    for output in outputs {
      rows.append(
        [String(format: "%g", output.time)]
          + output.lambda.map { String(format: "%.12f", $0.value) }
          + [output.current.text, String(format: "%.12f", output.filling)]
      )
    }
    printColumns(rows)
    print("\n" + summary.text)
  }

  /// How it was computed.
  var summary: Summary {
    var summary = Summary()
    summary.add("modes", "\(totalModes) on \(Summary.ranks(ranks)), \(forces) forces")
    summary.add("steps", "\(steps), \(rejectedSteps) rejected")
    if nestedSteps > 0 { summary.add("nested steps", "\(nestedSteps)") }
    if implicitSteps > 0 {
      summary.add(
        "implicit steps",
        "\(implicitSteps), with \(jacobians) Jacobians and \(newtonIterations) Newton iterations"
      )
    }
    summary.add("force evaluations", "\(forceEvaluations)")
    summary.add("filling drift", digits(fillingDrift))
    summary.add("digest", digest)
    summary.add("time", ProgressLine.duration(wallSeconds))
    return summary
  }
}
