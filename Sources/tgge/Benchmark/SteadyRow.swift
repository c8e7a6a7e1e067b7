import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import Studies

/// One measurement of a steady state, from the model to its certificate.
struct SteadyRow: BenchmarkRow {
  var command = "steady"
  let engine: String
  let modes: Int
  let channels = 2
  let repeats: Int
  let iterations: Int
  let seconds: Double
  let fastestSeconds: Double
  let slowestSeconds: Double
  /// For each pass of the iteration, all else included.
  let coreSecondsPerModeAndEvaluation: Double
  let residual: Double
  /// The same on any number of ranks.
  let digest: String
  /// Whether both engines agree and all repeats had the same bits.
  let verified: Bool

  /// Measures.
  ///
  /// Collective. A state that is not steady to 1e-12 is an error of the study.
  init(
    modes: Int,
    forces: ForceChoice,
    repeats: Int,
    on communicator: some Communicator
  ) throws {
    let study = try SteadyRow.study(modes: modes, forces: forces)
    var timings = Timings()
    var results: [SteadyResult] = []
    for _ in 0..<repeats {
      try timings.add(on: communicator) { results.append(try study.run(over: communicator)) }
    }
    let result = results[0]
    self.modes = modes
    self.repeats = repeats
    engine = result.engine
    iterations = result.iterations
    seconds = timings.median
    fastestSeconds = timings.fastest
    slowestSeconds = timings.slowest
    coreSecondsPerModeAndEvaluation =
      seconds * Double(communicator.size) / (Double(modes) * Double(iterations))
    residual = result.certificate.residual
    digest = hexadecimal(result.digest)
    let agree = try EngineCheck.passes(modes: modes, drive: 0.5, on: communicator)
    verified = agree && results.allSatisfy { $0.digest == result.digest }
  }

  /// What is measured.
  static func study(modes: Int, forces: ForceChoice) throws -> SteadyStudy {
    SteadyStudy(
      StudySetup(
        model: try .ramanChain(drive: 0.5),
        grid: try MomentumGrid(extents: [modes]),
        forces: ForceOptions(choice: forces)
      )
    )
  }

  /// Writes a table for people.
  static func printTable(_ rows: [SteadyRow]) {
    print("\nsteady state of the chain, R = 2, with its tables and its certificate")
    print("         L  engine     passes  residual  seconds  core-ns/mode and pass")
    for row in rows {
      let engine = row.engine.padding(toLength: 9, withPad: " ", startingAt: 0)
      let figures = String(
        format: "%10d  %@  %6d  %8.1e  %7.4f  ",
        row.modes,
        engine,
        row.iterations,
        row.residual,
        row.seconds
      )
      let cost = String(format: "%.3f", 1e9 * row.coreSecondsPerModeAndEvaluation)
      print(figures + rating(cost, if: row.verified))
    }
  }
}
