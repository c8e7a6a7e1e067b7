import Communication
import Dissipation
import VectorMath

/// A lattice of few momenta with the model and the initial state of a large one.
public struct CoarseModel: Sendable {
  /// The kernel over all of its modes.
  public var kernel: SeparableKernel

  /// λ of all of its modes at time 0.
  public var lambda: [Double]

  /// The number of its momenta.
  public var momenta: Int

  /// Creates the model.
  public init(kernel: SeparableKernel, lambda: [Double], momenta: Int) {
    self.kernel = kernel
    self.lambda = lambda
    self.momenta = momenta
  }
}

/// Integrates a large lattice with the moments that coarse lattices find.
///
/// The 2R moments per momentum of a separable kernel are mean values over the Brillouin zone, which converge
/// exponentially with the number of momenta. So a coarse lattice finds those of a window of steps, with control of
/// its errors; then every mode of the large one has a linear equation of its own, and takes all steps of the
/// window without iteration or message (see `StageSystem`). On the way the large lattice sums its own moments:
/// where they are those that were assumed, it has taken the steps of `RadauMethod` of its own coupled equations.
/// Where they are not, the window is as if it had not been. Coarse lattices verify smaller ones in the same way,
/// and the smallest that suffices finds the moments.
///
/// The first rank plans and all take its steps, so that ranks agree whatever their processors; every decision
/// depends on sums that have the same bits on any number of ranks.
struct NestedEvolution<Group: Communicator>: ~Copyable {
  /// The time reached, in inverse units of energy.
  private(set) var time = 0.0

  /// What was done to get there.
  private(set) var statistics = EvolutionStatistics()

  /// The deviation of the moments that ended the use of this method; 0 while it is in use.
  private(set) var deviation = 0.0

  /// εJ.
  var rate: Double { modes.rate }

  private var modes: DrivenModes
  private var small: CoarseLattice
  /// Takes the place of `small` where that does not suffice.
  private var large: CoarseLattice?
  private var usesLarge = false
  private let bound: Double
  private let communicator: Group
  private var message: [Double]

  /// Steps of a window: enough that λ in memory costs nothing, few enough that one takes seconds.
  static var limit: Int { 32 }

  /// Prepares an integration.
  ///
  /// - Parameters:
  ///   - kernel: The tables of the modes that this rank owns.
  ///   - coarse: Coarse lattices, the smallest first; one or two.
  ///   - rate: εJ.
  ///   - initial: λ of the owned modes at time 0.
  ///   - control: The tolerances.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a maximum fails.
  init(
    kernel: consuming ScaledKernel,
    coarse: [CoarseModel],
    rate: Double,
    from initial: consuming AlignedVector,
    control: StepControl,
    partition: Partition,
    over communicator: Group
  ) throws(CommunicationError) {
    let first = try NestedEvolution.lattice(coarse[0], rate, control)
    var second: CoarseLattice?
    if coarse.count > 1 { second = try NestedEvolution.lattice(coarse[1], rate, control) }
    bound = NestedEvolution.bound(control)
    modes = DrivenModes(
      kernel: kernel,
      from: initial,
      momenta: partition.momenta,
      rate: rate,
      limit: NestedEvolution.limit
    )
    small = first
    large = second
    self.communicator = communicator
    let count = modes.moments
    var capacity = Place.steps
    capacity += MomentSteps.messageCount(moments: count, limit: NestedEvolution.limit)
    for model in coarse { capacity += model.lambda.count }
    message = [Double](repeating: 0, count: capacity)
  }

  /// By how much moments may deviate from those assumed, relative to the mean magnitude of their terms.
  ///
  /// A deviation δ of all gains and losses changes λ by at most δ (2 + |λ|), so that a thousandth of the
  /// smaller tolerance leaves room for what adds up over a slow relaxation. Rounding sets the lower bound.
  private static func bound(_ control: StepControl) -> Double {
    max(1e-3 * min(control.relativeTolerance, control.absoluteTolerance), 2e-13)
  }

  private static func lattice(
    _ model: CoarseModel,
    _ rate: Double,
    _ control: StepControl
  ) throws(CommunicationError) -> CoarseLattice {
    let kernel = try ScaledKernel(
      model.kernel,
      modes: model.lambda.count,
      over: SerialCommunicator()
    )
    let modes = DrivenModes(
      kernel: kernel,
      from: AlignedVector(model.lambda),
      momenta: model.momenta,
      rate: rate,
      limit: limit
    )
    return CoarseLattice(modes, control: control, deviation: bound(control))
  }

  /// Hands λ of the owned modes at the time reached to `body`.
  borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector) throws -> Result
  ) rethrows -> Result {
    try body(modes.lambda)
  }

  /// Advances to a time, with the last step landing on it.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - end: The time to reach.
  ///   - report: Called after each window of steps; see `TimeStepping`.
  /// - Returns: Whether it was reached; if not, coarse lattices do not have the moments of what follows `time`.
  /// - Throws: `CommunicationError` if a collective fails, and what `report` throws.
  mutating func advance(
    to end: Double,
    report: (Double, EvolutionStatistics) throws -> Void
  ) throws -> Bool {
    while time < end {
      guard deviation == 0 else { return false }
      if try takeWindow(to: end) { try report(time, statistics) }
    }
    return true
  }

  /// Takes a window of steps.
  ///
  /// Collective.
  ///
  /// - Returns: Whether it was verified; if not, nothing has changed but that the method is at its end.
  private mutating func takeWindow(to end: Double) throws(CommunicationError) -> Bool {
    if communicator.rank == 0 { plan(to: end) }
    let communicator = communicator
    var span = message.mutableSpan
    try communicator.broadcast(&span, from: 0)
    guard message[Place.level] >= 0 else {
      deviation = .infinity
      return false
    }
    let steps = receive()
    let found = try modes.take(steps, over: communicator)
    guard found <= bound else {
      statistics.rejectedSteps += steps.count
      deviation = found
      return false
    }
    modes.accept()
    small.modes.accept()
    large?.modes.accept()
    let left = message[Place.left]
    time = left == 0 ? end : end - left
    statistics.steps += steps.count
    statistics.nestedSteps += steps.count
    statistics.rejectedSteps += Int(message[Place.rejected])
    return true
  }

  // MARK: Messages

  /// Finds the steps of a window on the first rank, and writes them into the message with λ of the coarse
  /// lattices at their end.
  ///
  /// Not collective. The others wait for the message, so that nothing is thrown: it says where there are no steps.
  private mutating func plan(to end: Double) {
    message[Place.level] = -1
    if !usesLarge, let plan = small.plan(for: end - time, limit: NestedEvolution.limit),
      suffices(plan.steps)
    {
      return send(plan, small.length, level: 0)
    }
    guard large != nil else { return }
    if !usesLarge { large?.length = small.length }
    if let plan = large?.plan(for: end - time, limit: NestedEvolution.limit) {
      send(plan, large?.length ?? 0, level: 1)
    }
  }

  /// Whether the large coarse lattice, if there is one, has the moments that the small one has found.
  private mutating func suffices(_ steps: borrowing MomentSteps) -> Bool {
    guard large != nil else { return true }
    let found = try? large?.modes.take(steps, over: SerialCommunicator())
    return (found ?? .infinity) <= bound
  }

  private mutating func send(
    _ plan: (steps: MomentSteps, rejected: Int, left: Double),
    _ length: Double,
    level: Double
  ) {
    message[Place.level] = level
    message[Place.left] = plan.left
    message[Place.length] = length
    message[Place.rejected] = Double(plan.rejected)
    plan.steps.write(to: &message, from: Place.steps)
    let values = small.modes.nextValues + (large?.modes.nextValues ?? [])
    message.replaceSubrange((message.count - values.count)..., with: values)
  }

  /// The steps of the message; what else it says is taken over.
  private mutating func receive() -> MomentSteps {
    usesLarge = message[Place.level] > 0
    small.length = message[Place.length]
    large?.length = message[Place.length]
    let own = message.count - (large?.modes.next.count ?? 0)
    small.modes.setNext(message[..<own].suffix(small.modes.next.count))
    large?.modes.setNext(message[own...])
    return MomentSteps(moments: modes.moments, from: message, at: Place.steps)
  }
}

extension NestedEvolution {
  /// The same integration, going on with another method.
  ///
  /// - Parameter body: Is given the tables and λ of the owned modes.
  /// - Returns: What `body` returns.
  consuming func continued<Result: ~Copyable>(
    _ body: (consuming ScaledKernel, consuming AlignedVector) -> Result
  ) -> Result {
    let modes = modes
    return modes.taken(body)
  }

  /// Hands time, step control, statistics and λ of all lattices to `body`.
  borrowing func withState<Result>(
    _ body: (StateWords, [UnsafeBufferPointer<Double>]) throws -> Result
  ) rethrows -> Result {
    var words = StateWords()
    words.append(time)
    words.append(usesLarge)
    words.append(small.length)
    statistics.save(to: &words)
    small.modes.save(to: &words)
    switch large {
    case .some(let lattice): lattice.modes.save(to: &words)
    case .none: break
    }
    return try body(words, [UnsafeBufferPointer(modes.lambda.buffer)])
  }

  /// Takes a saved state over.
  mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    time = try words.takeDouble()
    usesLarge = try words.takeBool()
    small.length = try words.takeDouble()
    large?.length = small.length
    statistics = try EvolutionStatistics(&words)
    try small.modes.restore(&words)
    try large?.modes.restore(&words)
    try read(0, modes.lambda.buffer)
  }
}

/// What a message begins with.
private enum Place {
  /// 0 where the small lattice has found the moments, 1 for the large one, negative for neither.
  static let level = 0
  /// The time that is left once the steps are taken.
  static let left = 1
  /// The length of the step after them.
  static let length = 2
  static let rejected = 3
  static let steps = 4
}
