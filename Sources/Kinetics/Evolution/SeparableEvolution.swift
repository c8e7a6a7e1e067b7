import Communication
import Dissipation
import VectorMath

/// Integrates λ̇ = F(λ) of a separable kernel by the method that the user wants.
///
/// `auto` begins with nested steps where there are coarse lattices. From where these do not have the moments it takes
/// explicit steps, and implicit ones once stability limits those, and many of them are left.
public struct SeparableEvolution<Group: Communicator>: TimeStepping, ~Copyable {
  /// One of them is there.
  private var nested: NestedEvolution<Group>?
  private var explicit: Evolution<SeparableForce<Group>, Group>?
  private var implicit: ImplicitEvolution<Group>?

  private let method: SteppingMethod
  private let control: StepControl
  private let horizon: Double
  private let partition: Partition
  private let communicator: Group
  /// Σ n at time 0, which implicit steps keep.
  private let number: Double

  /// Prepares an integration.
  ///
  /// Collective: the ranks count the particles.
  ///
  /// - Parameters:
  ///   - kernel: The tables of the modes that this rank owns.
  ///   - coarse: Lattices of few momenta, the smallest first, at most two; with none there are no nested steps.
  ///   - rate: εJ.
  ///   - initial: λ of the owned modes at time 0.
  ///   - control: The tolerances.
  ///   - method: How to step.
  ///   - horizon: The last time that will be asked for; `auto` decides by what is left.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  public init(
    kernel: consuming ScaledKernel,
    coarse: [CoarseModel] = [],
    rate: Double,
    from initial: consuming AlignedVector,
    control: StepControl,
    method: SteppingMethod,
    until horizon: Double,
    partition: Partition,
    over communicator: Group
  ) throws(CommunicationError) {
    precondition(method != .nested || !coarse.isEmpty, "nested steps need a coarse lattice")
    let number = try OccupationSums(initial, 0, over: communicator).surplus(over: 0)
    var nested: NestedEvolution<Group>?
    var explicit: Evolution<SeparableForce<Group>, Group>?
    var implicit: ImplicitEvolution<Group>?
    if method == .nested || method == .auto && !coarse.isEmpty {
      nested = try NestedEvolution(
        kernel: kernel,
        coarse: coarse,
        rate: rate,
        from: initial,
        control: control,
        partition: partition,
        over: communicator
      )
    } else if method == .implicit {
      implicit = ImplicitEvolution(
        kernel: kernel,
        rate: rate,
        from: initial,
        control: control,
        partition: partition,
        over: communicator
      )
    } else {
      let engine = SeparableForce(
        kernel: kernel,
        partition: partition,
        communicator: communicator
      )
      explicit = Evolution(
        RateEquation(engine: engine, rate: rate),
        from: initial,
        control: control,
        over: communicator
      )
    }
    self.nested = nested
    self.explicit = explicit
    self.implicit = implicit
    self.method = method
    self.control = control
    self.horizon = horizon
    self.partition = partition
    self.communicator = communicator
    self.number = number
  }

  /// The time reached, in inverse units of energy.
  public var time: Double {
    inUse({ $0.time }, { $0.time }, { $0.time })
  }

  /// What was done to get there.
  public var statistics: EvolutionStatistics {
    inUse({ $0.statistics }, { $0.statistics }, { $0.statistics })
  }

  /// Hands λ of the owned modes at the time reached to `body`.
  public borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector) throws -> Result
  ) rethrows -> Result {
    try inUse(
      { try $0.withLambda(body) },
      { try $0.withLambda(body) },
      { try $0.withLambda(body) }
    )
  }

  /// Hands the method in use to one of three functions.
  private borrowing func inUse<Result>(
    _ isNested: (borrowing NestedEvolution<Group>) throws -> Result,
    _ isExplicit: (borrowing Evolution<SeparableForce<Group>, Group>) throws -> Result,
    _ isImplicit: (borrowing ImplicitEvolution<Group>) throws -> Result
  ) rethrows -> Result {
    switch nested {
    case .some(let evolution): return try isNested(evolution)
    case .none: break
    }
    switch explicit {
    case .some(let evolution): return try isExplicit(evolution)
    case .none: break
    }
    switch implicit {
    case .some(let evolution): return try isImplicit(evolution)
    case .none: preconditionFailure("an integration has a method")
    }
  }

  /// Advances to a time, with the last step landing on it.
  ///
  /// Collective; see `TimeStepping`.
  ///
  /// - Throws: `NumericalError.notNested` where `nested` cannot go on, and as `TimeStepping` says.
  public mutating func advance(
    to end: Double,
    report: (Double, EvolutionStatistics) throws -> Void = { _, _ in }
  ) throws {
    if try nested?.advance(to: end, report: report) ?? false { return }
    try becomeExplicit()
    let limit = method == .auto ? horizon : nil
    try explicit?.advance(to: end, unlessStiffUntil: limit, report: report)
    guard time < end else { return }
    becomeImplicit()
    try implicit?.advance(to: end, report: report)
  }

  /// Advances by implicit steps until the state is steady; see `ImplicitEvolution`.
  ///
  /// Collective.
  public mutating func advance(
    untilResidual tolerance: Double,
    report: (Double, EvolutionStatistics) throws -> Void = { _, _ in }
  ) throws {
    becomeImplicit()
    try implicit?.advance(untilResidual: tolerance, report: report)
  }

  /// Hands the method in use, with its state, to `body`.
  public borrowing func withState<Result>(
    _ body: (StateWords, [UnsafeBufferPointer<Double>]) throws -> Result
  ) rethrows -> Result {
    func tagged(
      _ stage: Int,
      _ state: StateWords,
      _ vectors: [UnsafeBufferPointer<Double>]
    ) throws -> Result {
      var words = StateWords()
      words.append(stage)
      words.append(state)
      return try body(words, vectors)
    }
    return try inUse(
      { try $0.withState { try tagged(Stage.nested, $0, $1) } },
      { try $0.withState { try tagged(Stage.explicit, $0, $1) } },
      { try $0.withState { try tagged(Stage.implicit, $0, $1) } }
    )
  }

  /// How a saved state was stepped on.
  private enum Stage {
    static var nested: Int { 0 }
    static var explicit: Int { 1 }
    static var implicit: Int { 2 }
  }

  /// Takes a saved state over, by the method that it was saved in.
  ///
  /// Collective.
  public mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    switch try words.takeInteger() {
    case Stage.nested:
      guard nested != nil else { throw StateError() }
      try nested?.restore(&words, read: read)
    case Stage.explicit:
      leaveNested()
      guard explicit != nil else { throw StateError() }
      try explicit?.restore(&words, read: read)
    case Stage.implicit:
      leaveNested()
      becomeImplicit()
      try implicit?.restore(&words, read: read)
    default: throw StateError()
    }
  }

  /// Goes on with explicit steps where the moments of coarse lattices are not those of this one.
  private mutating func becomeExplicit() throws(NumericalError) {
    guard let (time, deviation) = nestedEnd() else { return }
    guard method == .auto else {
      throw NumericalError.notNested(time: time, deviation: deviation)
    }
    leaveNested()
  }

  private func nestedEnd() -> (time: Double, deviation: Double)? {
    switch nested {
    case .some(let evolution): (evolution.time, evolution.deviation)
    case .none: nil
    }
  }

  private mutating func leaveNested() {
    guard let evolution = nested.take() else { return }
    let (time, statistics) = (evolution.time, evolution.statistics)
    let rate = evolution.rate
    let (partition, communicator, control) = (partition, communicator, control)
    explicit = evolution.continued { kernel, lambda in
      Evolution(
        RateEquation(
          engine: SeparableForce(kernel: kernel, partition: partition, communicator: communicator),
          rate: rate
        ),
        from: lambda,
        control: control,
        over: communicator,
        at: time,
        after: statistics
      )
    }
  }

  private mutating func becomeImplicit() {
    leaveNested()
    guard let evolution = explicit.take() else { return }
    implicit = evolution.continued(keeping: number) { $0.takeKernel() }
  }
}
