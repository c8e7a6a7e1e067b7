import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// λ(t) from an initial state: a whole computation as a value.
public struct EvolveStudy: Sendable {
  /// The model, its initial state, and what to look at.
  public var setup: StudySetup

  /// When to report, in ascending order from 0 on, in inverse units of energy.
  public var outputTimes: [Double]

  /// The tolerances.
  public var control: StepControl

  /// Creates a study.
  public init(_ setup: StudySetup, outputTimes: [Double], control: StepControl) {
    self.setup = setup
    self.outputTimes = outputTimes
    self.control = control
  }

  /// The memory that each rank needs at most, in bytes, from the size of the tables alone.
  ///
  /// - Parameter ranks: The number of ranks.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func estimatedBytes(ranks: Int) -> Double {
    let estimate = setup.memory(comparesEngines: setup.forces.verify)
    // Tables and their copies in the engine and the observables; λ, the trial state, seven stages.
    let owned = 1 + 2 * estimate.velocities + 4 * estimate.channels + 9 + 2
    return estimate.bytes(owned: owned, ranks: ranks)
  }

  /// Integrates and reports.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - observer: Told on each rank what happens; see `EvolveObserver`.
  /// - Returns: The outputs and statistics, the same on every rank.
  /// - Throws: `ModelError` if the model does not fit, `NumericalError` if the integration fails,
  ///   alike on all ranks; `CommunicationError`; and what the observer throws.
  public func run(
    over communicator: some Communicator,
    observer: inout some EvolveObserver & ~Copyable
  ) throws -> EvolveResult {
    var keeper = NoKeeper()
    return try run(over: communicator, observer: &observer, keeper: &keeper)
  }

  /// Integrates and reports, from the state that a keeper has if there is one.
  ///
  /// Collective. A run that goes on from a state, on any number of ranks, has the same result as one that
  /// was not interrupted, bit for bit; its observer is told of the outputs to come only.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - observer: Told on each rank what happens; see `EvolveObserver`.
  ///   - keeper: Saves the state when it thinks fit; see `StateKeeper`.
  /// - Returns: The outputs and statistics, the same on every rank.
  /// - Throws: As the run without a keeper, `StateError` if the state is of another study, and what the
  ///   keeper throws.
  public func run(
    over communicator: some Communicator,
    observer: inout some EvolveObserver & ~Copyable,
    keeper: inout some StateKeeper & ~Copyable
  ) throws -> EvolveResult {
    let system = try TabulatedModel(setup, over: communicator)
    if let report = system.compression { observer.didCompress(report) }
    if setup.forces.verify { try verify(system, over: communicator, &observer) }
    switch system.engine {
    case .separable:
      let engine = try SeparableForce(
        kernel: system.kernel.separable,
        partition: system.partition,
        communicator: communicator
      )
      return try integrate(engine, system, over: communicator, &observer, &keeper)
    case .direct:
      let engine = try directForce(system.partition, over: communicator)
      observer.willStart(pairSeconds: engine.secondsPerPair(), partition: system.partition)
      return try integrate(engine, system, over: communicator, &observer, &keeper)
    }
  }

  private func directForce<Group: Communicator>(
    _ partition: Partition,
    over communicator: Group
  ) throws -> DirectForce<Group> {
    DirectForce(
      kernel: try communicator.agree { try setup.model.kernel(on: setup.grid) },
      partition: partition,
      communicator: communicator
    )
  }

  /// Compares both engines in the initial and in a random state.
  ///
  /// Collective.
  private func verify(
    _ system: TabulatedModel,
    over communicator: some Communicator,
    _ observer: inout some EvolveObserver & ~Copyable
  ) throws {
    guard system.kernel.isSeparable else {
      throw ModelError("--verify-forces compares two engines; this kernel has only the direct one")
    }
    let kernel = system.kernel.separable
    var separable = try SeparableForce(
      kernel: kernel,
      partition: system.partition,
      communicator: communicator
    )
    var direct = try directForce(system.partition, over: communicator)
    // Factors of any sign cancel in single components; then the norm is what must agree.
    let negative = try communicator.maximum(kernel.isNonnegative ? 0 : 1 as Int64) > 0
    let start = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: system.partition,
      over: communicator
    )
    let deviations = [
      try deviation(of: &separable, from: &direct, at: start, over: communicator),
      try deviation(
        of: &separable,
        from: &direct,
        at: randomState(system.partition),
        over: communicator
      ),
    ]
    let compressed = system.compression != nil
    let largest = deviations.map { negative && !compressed ? $0.normwise : $0.componentwise }.max()
    let tolerance = compressed ? max(1e-12, setup.forces.compression ?? 0) : 1e-12
    guard let largest, largest <= tolerance else {
      throw NumericalError.enginesDisagree(deviation: largest ?? .infinity, tolerance: tolerance)
    }
    observer.didVerify(deviation: largest)
  }

  private func integrate<Engine: ForceEngine & ~Copyable>(
    _ engine: consuming Engine,
    _ system: TabulatedModel,
    over communicator: some Communicator,
    _ observer: inout some EvolveObserver & ~Copyable,
    _ keeper: inout some StateKeeper & ~Copyable
  ) throws -> EvolveResult {
    let partition = engine.partition
    var observables = try Observables(system.tables, partition: partition, over: communicator)
    let lambda = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: partition,
      over: communicator
    )
    var progress = EvolveProgress(
      start: try digest(of: lambda, partition: partition, over: communicator)
    )
    var evolution = Evolution(
      RateEquation(engine: engine, rate: setup.model.coupling * setup.model.rateUnit),
      from: lambda,
      control: control,
      over: communicator
    )
    if var former = keeper.former {
      let start = progress.start
      progress = try EvolveProgress(&former)
      guard progress.start == start else {
        throw StateError("initial: the state at time 0 is not the one that the run began with")
      }
      try evolution.restore(&former) { try keeper.read($0, into: $1) }
      try observer.willGoOn(after: progress.outputs, partition: partition)
    }

    for time in outputTimes.dropFirst(progress.outputs.count) {
      while evolution.time < time {
        do {
          try evolution.advance(to: time) { reached, statistics in
            observer.didStep(to: reached, of: outputTimes.last ?? 0, statistics)
            if try keeper.isDue(after: statistics.steps) { throw Pause() }
          }
        } catch is Pause {
          try save(evolution, progress, &keeper)
        }
      }
      let output = try evolution.withLambda { lambda in
        let values = try observables.evaluate(at: lambda, over: communicator)
        let recorded = try setup.recordedModes.map { mode in
          try value(of: mode, in: lambda, partition: partition, over: communicator)
        }
        guard values.filling.isFinite else {
          throw NumericalError.notFinite("the filling at t = \(time)")
        }
        let output = EvolveOutput(
          time: evolution.time,
          lambda: recorded,
          observables: values,
          statistics: evolution.statistics
        )
        try observer.didReach(output, lambda, partition: partition)
        return output
      }
      progress.outputs.append(output)
      if try keeper.isDue(after: evolution.statistics.steps) {
        try save(evolution, progress, &keeper)
      }
    }

    let fingerprint = try evolution.withLambda { lambda in
      try observer.willFinish(lambda, partition: partition)
      return try digest(of: lambda, partition: partition, over: communicator)
    }
    return EvolveResult(
      outputs: progress.outputs,
      statistics: evolution.statistics,
      engine: Engine.name,
      digest: fingerprint,
      compression: system.compression
    )
  }

  /// Hands the state to a keeper.
  ///
  /// Collective.
  private func save<Stepping: Resumable & ~Copyable>(
    _ evolution: borrowing Stepping,
    _ progress: EvolveProgress,
    _ keeper: inout some StateKeeper & ~Copyable
  ) throws {
    try evolution.withState { state, vectors in
      var words = StateWords()
      progress.save(to: &words)
      words.append(state)
      try keeper.save(words, vectors)
    }
  }
}
