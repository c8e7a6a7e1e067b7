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

  /// How to step.
  public var method: SteppingMethod

  /// Whether to go on after the output times, by implicit steps, until the state is steady: a last output
  /// is there.
  public var endsSteady: Bool

  /// Creates a study.
  public init(
    _ setup: StudySetup,
    outputTimes: [Double],
    control: StepControl,
    method: SteppingMethod = .auto,
    endsSteady: Bool = false
  ) {
    self.setup = setup
    self.outputTimes = outputTimes
    self.control = control
    self.method = method
    self.endsSteady = endsSteady
  }

  /// The time of the last output; infinite if that is the steady state.
  public var end: Double { endsSteady ? .infinity : outputTimes.last ?? 0 }

  /// The memory that each rank needs at most, in bytes, from the size of the tables alone.
  ///
  /// - Parameter ranks: The number of ranks.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func estimatedBytes(ranks: Int) -> Double {
    let estimate = setup.memory(comparesEngines: setup.forces.verify)
    // λ, the end of the step, e^λ and ten stages; in implicit steps λ, five stages, five corrections and four
    // factors of the Jacobian. Nested steps have λ at both ends of a window; where they do not suffice, others
    // follow.
    let state: Double =
      switch method {
      case .nested: 2
      case .explicit: 13
      case .auto, .implicit: 15
      }
    let tables = estimate.velocities + 2 * estimate.channels
    // What is computed block by block is written once; other tables stand beside their copies, of factors while the
    // scales are found, of velocities and energies throughout.
    let copies = estimate.velocities + 1
    let owned =
      setup.needsOnlyMoments
      ? tables + state : tables + copies + max(2 * estimate.channels, state) + 2
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
    let partition = setup.partition(over: communicator)
    if let tables = try ownedTables(partition, over: communicator) {
      return try tables.taken { kernel, velocities, energies in
        try integrateMoments(
          kernel,
          from: setup.initial.lambda(
            replacing: energies,
            partition: partition,
            over: communicator
          ),
          Observables(velocities, partition: partition, over: communicator),
          partition,
          over: communicator,
          &observer,
          &keeper
        )
      }
    }
    var system = try TabulatedModel(setup, over: communicator)
    if let report = system.compression { observer.didCompress(report) }
    if setup.forces.verify { try verify(system, over: communicator, &observer) }
    let start = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: partition,
      over: communicator
    )
    let observables = try Observables(system.tables, partition: partition, over: communicator)
    var result: EvolveResult
    switch system.engine {
    case .separable:
      result = try integrateMoments(
        ScaledKernel(
          system.takeKernel().separable,
          modes: partition.owned.count,
          over: communicator
        ),
        from: start,
        observables,
        partition,
        over: communicator,
        &observer,
        &keeper
      )
    case .direct:
      if endsSteady || method == .implicit || method == .nested {
        let key = endsSteady ? "time.end: steady" : "time.method: \(method.rawValue)"
        throw ModelError(
          "\(key) needs moments: a kernel of low rank and --forces separable or auto; or use tgge steady"
        )
      }
      let engine = try DirectForce(setup, partition, over: communicator)
      observer.willStart(pairSeconds: engine.secondsPerPair(), partition: partition)
      let evolution = Evolution(
        RateEquation(engine: engine, rate: rate),
        from: start,
        control: control,
        over: communicator
      )
      result = try integrate(
        evolution,
        "direct",
        observables,
        partition,
        over: communicator,
        &observer,
        &keeper
      ) { _, _ in }
    }
    result.compression = system.compression
    return result
  }

  /// Steps through the output times, and on to the steady state if that is wanted.
  ///
  /// Collective.
  func integrate<Stepping: TimeStepping & ~Copyable>(
    _ start: consuming Stepping,
    _ engine: String,
    _ tables: consuming Observables,
    _ partition: Partition,
    over communicator: some Communicator,
    _ observer: inout some EvolveObserver & ~Copyable,
    _ keeper: inout some StateKeeper & ~Copyable,
    settle: (inout Stepping, (Double, EvolutionStatistics) throws -> Void) throws -> Void
  ) throws -> EvolveResult {
    var evolution = start
    var observables = tables
    var progress = try evolution.withLambda { lambda in
      EvolveRecord(start: try digest(of: lambda, partition: partition, over: communicator))
    }
    if var former = keeper.former {
      let start = progress.start
      progress = try EvolveRecord(&former)
      guard progress.start == start else {
        throw StateError("initial: the state at time 0 is not the one that the run began with")
      }
      try evolution.restore(&former) { try keeper.read($0, into: $1) }
      try observer.willGoOn(after: progress.outputs)
    }

    let times = outputTimes + (endsSteady ? [.infinity] : [])
    for time in times.dropFirst(progress.outputs.count) {
      var isReached = false
      while !isReached {
        do {
          if time.isFinite {
            try evolution.advance(to: time) { try note($0, $1, &observer, &keeper) }
          } else {
            try settle(&evolution) { try note($0, $1, &observer, &keeper) }
          }
          isReached = true
        } catch is Pause {
          try save(evolution, progress, &keeper)
        }
      }
      let reached = evolution.time
      let output = try evolution.withLambda { lambda in
        let values = try observables.evaluate(at: lambda, over: communicator)
        let recorded = try setup.recordedModes.map { mode in
          try value(of: mode, in: lambda, partition: partition, over: communicator)
        }
        guard values.filling.isFinite else {
          throw NumericalError.notFinite("the filling at t = \(reached)")
        }
        let output = EvolveOutput(
          time: reached,
          lambda: recorded,
          observables: values,
          statistics: evolution.statistics
        )
        try observer.didReach(output, lambda)
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
      engine: engine,
      digest: fingerprint
    )
  }

  /// Tells of a step, and interrupts the integration if its state is to be saved.
  ///
  /// Collective.
  private func note(
    _ reached: Double,
    _ statistics: EvolutionStatistics,
    _ observer: inout some EvolveObserver & ~Copyable,
    _ keeper: inout some StateKeeper & ~Copyable
  ) throws {
    observer.didStep(to: reached, of: end, statistics)
    if try keeper.isDue(after: statistics.steps) { throw Pause() }
  }

  /// Hands the state to a keeper.
  ///
  /// Collective.
  private func save<Stepping: Resumable & ~Copyable>(
    _ evolution: borrowing Stepping,
    _ progress: EvolveRecord,
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
