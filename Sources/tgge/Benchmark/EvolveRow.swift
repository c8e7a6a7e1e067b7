import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import Studies
import VectorMath

/// One measurement of an evolution by explicit steps: those, without the tables and what comes before them.
struct EvolveRow: BenchmarkRow {
  var command = "evolve"
  let engine: String
  let modes: Int
  let channels = 2
  let repeats: Int
  let steps: Int
  let rejectedSteps: Int
  let forceEvaluations: Int
  let seconds: Double
  let fastestSeconds: Double
  let slowestSeconds: Double
  let coreSecondsPerModeAndEvaluation: Double
  let fillingDrift: Double
  /// The same on any number of ranks.
  let digest: String
  /// Whether both engines agree, all repeats had the same bits and the filling stayed.
  let verified: Bool

  /// The drift of the filling that is allowed, at tolerances of 1e-10.
  private static let driftTolerance = 1e-10

  /// Measures.
  ///
  /// Collective.
  init(
    modes: Int,
    end: Double,
    forces: ForceChoice,
    repeats: Int,
    on communicator: some Communicator
  ) throws {
    let study = try EvolveStudy.benchmark(modes: modes, end: end, forces: forces)
    var timings = Timings()
    var results: [EvolveResult] = []
    for _ in 0..<repeats {
      var watch = Stopwatch()
      results.append(try study.run(over: communicator, observer: &watch))
      try timings.add(watch.seconds, on: communicator)
    }
    let result = results[0]
    self.modes = modes
    self.repeats = repeats
    engine = result.engine
    steps = result.statistics.steps
    rejectedSteps = result.statistics.rejectedSteps
    forceEvaluations = result.statistics.forceEvaluations
    seconds = timings.median
    fastestSeconds = timings.fastest
    slowestSeconds = timings.slowest
    coreSecondsPerModeAndEvaluation =
      seconds * Double(communicator.size) / (Double(modes) * Double(forceEvaluations))
    fillingDrift = result.fillingDrift
    digest = hexadecimal(result.digest)
    let agree = try EngineCheck.passes(modes: modes, drive: 0.5, on: communicator)
    let repeated = results.allSatisfy { $0.digest == result.digest }
    verified = agree && repeated && fillingDrift <= EvolveRow.driftTolerance
  }

  /// Writes a table for people.
  static func printTable(_ rows: [EvolveRow]) {
    print("\nevolution of the chain, R = 2, tolerances 1e-10, without its tables")
    print("         L  engine     steps  evaluations  seconds  core-ns/mode and evaluation")
    for row in rows {
      let engine = row.engine.padding(toLength: 9, withPad: " ", startingAt: 0)
      let figures = String(
        format: "%10d  %@  %5d  %11d  %7.4f  ",
        row.modes,
        engine,
        row.steps,
        row.forceEvaluations,
        row.seconds
      )
      let cost = String(format: "%.3f", 1e9 * row.coreSecondsPerModeAndEvaluation)
      print(figures + rating(cost, if: row.verified))
    }
  }
}

extension EvolveStudy {
  /// The chain of the paper from infinite temperature on, with R = 2.
  fileprivate static func benchmark(
    modes: Int,
    end: Double,
    forces: ForceChoice
  ) throws -> EvolveStudy {
    EvolveStudy(
      StudySetup(
        model: try .ramanChain(drive: 0.5),
        grid: try MomentumGrid(extents: [modes]),
        forces: ForceOptions(choice: forces)
      ),
      outputTimes: [0, end],
      control: StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10),
      method: .explicit
    )
  }
}

/// Takes the time from the first output of an evolution to its end.
private struct Stopwatch: EvolveObserver {
  private var start: ContinuousClock.Instant?
  private(set) var seconds = 0.0

  mutating func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) {
    start = start ?? .now
  }
  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) {
    seconds = start.map { (.now - $0) / .seconds(1) } ?? 0
  }
}
