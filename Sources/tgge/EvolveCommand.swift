import ArgumentParser
import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import MPICommunication
import Records
import Studies
import VectorMath

/// The command `tgge evolve DECK`.
struct EvolveCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract: "Evolves the Lagrange parameters from the initial state.",
    discussion: """
      Prints λ at the recorded momenta, the current and the filling at each output time. A \
      generalized Gibbs ensemble describes the state for ε → 0 and t ≳ 1/ε; corrections of order \
      1/L of an exact finite system are left out.

      Steps (time: {method: auto|nested|explicit|implicit}) are nested on large lattices: of order 9, with \
      moments that a coarse lattice finds and the large one verifies. Where they differ, and on small \
      lattices, auto takes explicit steps, and implicit ones of order 9 where stability limits those. With \
      time: {end: steady} the last output is the steady state.
      """
  )

  @OptionGroup var options: DeckOptions
  @OptionGroup var engines: EngineOptions
  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var sharedMemory: SharedMemoryOptions

  var sharesMemory: Bool { sharedMemory.isWanted }

  func run(on communicator: MPICommunicator) throws {
    let job = try DeckRun(options, engines, on: communicator)
    var study = EvolveStudy(
      job.setup,
      outputTimes: job.deck.time.outputTimes,
      control: StepControl(
        relativeTolerance: job.deck.time.relativeTolerance,
        absoluteTolerance: job.deck.time.absoluteTolerance
      ),
      method: SteppingMethod(rawValue: job.deck.time.method) ?? .auto,
      endsSteady: job.deck.time.endsSteady
    )
    study.setup.forces.sharesMemory = sharesMemory
    study.setup.initial = try job.initialState(
      needing: study.estimatedBytes(ranks: communicator.size),
      sharing: study.setup.sharedBytes(comparesEngines: engines.verifyForces),
      writing: job.outputs(
        // The beginning and the steady state, where outputs are not counted.
        states: job.deck.time.endsSteady ? 2 : job.deck.time.outputs,
        lambda: true,
        canGoOn: checkpoints.file != nil
      ) + CheckpointKeeper.outputs(checkpoints, for: job)
    )

    let partition = study.setup.partition(over: communicator)
    var keeper = try CheckpointKeeper(
      checkpoints,
      for: job,
      partition: partition,
      over: communicator
    )
    var observer = try EvolveReporter(
      job,
      canGoOn: checkpoints.file != nil,
      communicator
    )
    let result = try job.locating {
      try study.run(over: communicator, observer: &observer, keeper: &keeper)
    }
    // Only what pictures are made of has the values that they are compared with.
    let gibbs =
      options.json || options.resultFile != nil
      ? try study.setup.gibbsLambda(
        inverseTemperature: job.deck.baths.thermal.beta,
        filling: result.outputs[0].observables.filling,
        over: communicator
      ) : []
    try observer.finish(result, gibbs: gibbs)
    let report = EvolveReport(
      result,
      study,
      job.deck,
      gibbs: gibbs,
      ranks: communicator.size,
      wallSeconds: job.wallSeconds
    )
    // What the first rank cannot write must not leave the others waiting.
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      try options.json ? report.printJSON() : report.printTable()
    }
    // The state first: one without its journal would lead nowhere, a journal alone is written anew.
    try keeper.remove()
    try observer.removeJournal()
  }
}

extension Deck.Time {
  /// The output times: equally spaced, 0 and the end included; without the end if that is steady.
  var outputTimes: [Double] {
    if endsSteady { return [0] }
    return (0..<outputs).map { $0 == outputs - 1 ? end : end * Double($0) / Double(outputs - 1) }
  }
}

/// Shows progress, and writes files.
private struct EvolveReporter: EvolveObserver, ~Copyable {
  var progress: EvolveProgress
  private let job: DeckRun
  private var time = 0.0
  private var results: EvolveResults?

  /// Creates the file of results, if one is wanted.
  ///
  /// Collective.
  init(
    _ job: DeckRun,
    canGoOn: Bool,
    _ communicator: MPICommunicator
  ) throws {
    self.job = job
    if let path = job.options.resultFile {
      results = try EvolveResults(path, for: job, canGoOn: canGoOn, over: communicator)
    } else {
      results = nil
    }
    progress = EvolveProgress(ProgressLine(on: communicator, quiet: job.options.quiet))
  }

  mutating func didCompress(_ report: CompressionReport) {
    progress.note(
      report.refusal
        ?? "compressed kernel: rank \(report.rank), largest error of a gain or loss "
        + String(format: "%.1e", report.error)
    )
  }

  mutating func didVerify(deviation: Double) {
    progress.note("both engines agree to \(String(format: "%.1e", deviation))")
  }

  mutating func willStart(pairSeconds: Double, partition: Partition) {
    let pairs = Double(partition.modes) * Double(partition.owned.count)
    progress.note(
      "direct forces: \(String(format: "%.3g", pairs)) pairs on the first rank, about "
        + "\(ProgressLine.duration(pairs * pairSeconds)) for each of twelve evaluations in a step"
    )
  }

  mutating func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics) {
    progress.show(time: time, end: end, statistics)
  }

  mutating func willGoOn(after outputs: [EvolveOutput]) throws {
    time = outputs.last?.time ?? 0
    try results?.goOn(after: outputs.count)
  }

  mutating func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) throws {
    time = output.time
    try results?.append(lambda)
    progress.reach(output)
  }

  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) throws {
    progress.clear()
    try job.write(lambda, partition: partition, as: "λ at t = \(time)")
  }

  /// Removes what a run that goes on would have needed.
  ///
  /// Collective.
  func removeJournal() throws { try results?.removeJournal() }

  /// Completes the file of results.
  ///
  /// Collective.
  mutating func finish(_ result: EvolveResult, gibbs: [Double]) throws {
    progress.clear()
    try results?.finish(result, gibbs: gibbs)
  }
}
