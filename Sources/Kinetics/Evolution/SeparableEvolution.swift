import Communication
import Dissipation
import VectorMath

/// Integrates λ̇ = F(λ) of a separable kernel by the method that the user wants.
///
/// `auto` begins with explicit steps, and goes on with implicit ones once stability limits those, and many
/// of them are left.
public struct SeparableEvolution<Group: Communicator>: TimeStepping, ~Copyable {
  /// One of them is there.
  private var explicit: Evolution<SeparableForce<Group>, Group>?
  private var implicit: ImplicitEvolution<Group>?

  private let method: SteppingMethod
  private let horizon: Double
  /// Σ n at time 0, which implicit steps keep.
  private let number: Double

  /// Prepares an integration.
  ///
  /// Collective: the ranks agree on the scales of the tables.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the modes that this rank owns.
  ///   - rate: εJ.
  ///   - initial: λ of the owned modes at time 0.
  ///   - control: The tolerances.
  ///   - method: How to step.
  ///   - horizon: The last time that will be asked for; `auto` decides by what is left.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  public init(
    kernel: consuming SeparableKernel,
    rate: Double,
    from initial: consuming AlignedVector,
    control: StepControl,
    method: SteppingMethod,
    until horizon: Double,
    partition: Partition,
    over communicator: Group
  ) throws(CommunicationError) {
    let number = try particleNumber(initial, over: communicator)
    if method == .implicit {
      let evolution = try ImplicitEvolution(
        kernel: kernel,
        rate: rate,
        from: initial,
        control: control,
        partition: partition,
        over: communicator
      )
      self.init(nil, evolution, method, horizon, number)
    } else {
      let engine = try SeparableForce(
        kernel: kernel,
        partition: partition,
        communicator: communicator
      )
      let evolution = Evolution(
        RateEquation(engine: engine, rate: rate),
        from: initial,
        control: control,
        over: communicator
      )
      self.init(evolution, nil, method, horizon, number)
    }
  }

  private init(
    _ explicit: consuming Evolution<SeparableForce<Group>, Group>?,
    _ implicit: consuming ImplicitEvolution<Group>?,
    _ method: SteppingMethod,
    _ horizon: Double,
    _ number: Double
  ) {
    self.explicit = explicit
    self.implicit = implicit
    self.method = method
    self.horizon = horizon
    self.number = number
  }

  /// The time reached, in inverse units of energy.
  public var time: Double {
    switch explicit {
    case .some(let evolution): evolution.time
    case .none: implicitOnly { $0.time }
    }
  }

  /// What was done to get there.
  public var statistics: EvolutionStatistics {
    switch explicit {
    case .some(let evolution): evolution.statistics
    case .none: implicitOnly { $0.statistics }
    }
  }

  /// Hands λ of the owned modes at the time reached to `body`.
  public borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector) throws -> Result
  ) rethrows -> Result {
    switch explicit {
    case .some(let evolution): try evolution.withLambda(body)
    case .none: try implicitOnly { try $0.withLambda(body) }
    }
  }

  private borrowing func implicitOnly<Result>(
    _ body: (borrowing ImplicitEvolution<Group>) throws -> Result
  ) rethrows -> Result {
    switch implicit {
    case .some(let evolution): try body(evolution)
    case .none: preconditionFailure("an integration has a method")
    }
  }

  /// Advances to a time, with the last step landing on it.
  ///
  /// Collective; see `TimeStepping`.
  public mutating func advance(
    to end: Double,
    report: (Double, EvolutionStatistics) throws -> Void = { _, _ in }
  ) throws {
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
    var words = StateWords()
    switch explicit {
    case .some(let evolution):
      words.append(false)
      return try evolution.withState { state, vectors in
        words.append(state)
        return try body(words, vectors)
      }
    case .none:
      words.append(true)
      return try implicitOnly { evolution in
        try evolution.withState { state, vectors in
          words.append(state)
          return try body(words, vectors)
        }
      }
    }
  }

  /// Takes a saved state over, by the method that it was saved in.
  ///
  /// Collective.
  public mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    if try words.takeBool() {
      becomeImplicit()
      try implicit?.restore(&words, read: read)
    } else {
      guard explicit != nil else { throw StateError() }
      try explicit?.restore(&words, read: read)
    }
  }

  private mutating func becomeImplicit() {
    guard let evolution = explicit.take() else { return }
    implicit = evolution.continued(keeping: number) { $0.takeKernel() }
  }
}

/// Σ_m n_m over all modes of all ranks.
///
/// Collective.
private func particleNumber(
  _ lambda: borrowing AlignedVector,
  over communicator: some Communicator
) throws(CommunicationError) -> Double {
  var sums = ExactSums(exponents: [1])
  for index in 0..<lambda.count { sums.add(occupations(lambda[index]).occupation, to: 0) }
  try sums.reduce(over: communicator)
  return sums.value(0)
}
