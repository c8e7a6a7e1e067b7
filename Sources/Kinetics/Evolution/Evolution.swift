import Communication
import RealModule
import VectorMath

/// What the time stepping has done so far.
public struct EvolutionStatistics: Sendable, Equatable {
  /// Accepted steps.
  public var steps = 0

  /// Steps that were computed again with a shorter length.
  public var rejectedSteps = 0

  /// Evaluations of the forces by explicit steps.
  public var forceEvaluations = 0

  /// Those of the accepted steps that were implicit.
  public var implicitSteps = 0

  /// How often the Jacobian of implicit steps was computed: one pass over the modes each.
  public var jacobians = 0

  /// Iterations for the stages of implicit steps: one pass over the modes each, with five evaluations.
  public var newtonIterations = 0

  /// Those of the accepted steps whose moments coarse lattices have found.
  public var nestedSteps = 0

  /// How the accepted steps were taken: `nested`, `explicit`, `implicit`, or those that were in this order,
  /// with `+` between.
  public var method: String {
    let explicitSteps = steps - implicitSteps - nestedSteps
    let names = [("nested", nestedSteps), ("explicit", explicitSteps), ("implicit", implicitSteps)]
    let used = names.filter { $0.1 > 0 }.map(\.0)
    return used.isEmpty ? "explicit" : used.joined(separator: "+")
  }

  /// Creates statistics of nothing.
  public init() {}

  /// Takes over what `save` has appended.
  public init(_ words: inout StateWords) throws(StateError) {
    steps = try words.takeInteger()
    rejectedSteps = try words.takeInteger()
    forceEvaluations = try words.takeInteger()
    implicitSteps = try words.takeInteger()
    jacobians = try words.takeInteger()
    newtonIterations = try words.takeInteger()
    nestedSteps = try words.takeInteger()
  }

  /// Appends all counts.
  public func save(to words: inout StateWords) {
    words.append(steps)
    words.append(rejectedSteps)
    words.append(forceEvaluations)
    words.append(implicitSteps)
    words.append(jacobians)
    words.append(newtonIterations)
    words.append(nestedSteps)
  }
}

/// Integrates λ̇ = F(λ) from time 0 on, with an embedded pair and step control.
///
/// Every decision depends on sums and maxima that have the same bits on any number of ranks, so all
/// ranks take the same steps, and runs on different numbers of ranks too.
public struct Evolution<Engine: ForceEngine & ~Copyable, Group: Communicator>:
  TimeStepping, ~Copyable
{
  /// The time reached, in inverse units of energy.
  public private(set) var time: Double

  /// What was done to get there.
  public private(set) var statistics: EvolutionStatistics

  private var equation: RateEquation<Engine>
  private var stepper: Stepper
  private var control: StepControl
  private let order: Int
  private let communicator: Group

  /// The length of the next step, unless an output comes first; 0 before the first.
  private var length = 0.0

  /// How many of the last looks found that stability limits the steps.
  private var limitedSteps = 0

  /// Prepares an integration.
  ///
  /// - Parameters:
  ///   - equation: The equation of motion.
  ///   - initial: λ of the owned modes at time 0.
  ///   - control: The tolerances.
  ///   - communicator: The ranks.
  ///   - tableau: The Runge–Kutta pair.
  ///   - time: When λ is `initial`.
  ///   - statistics: What was done to get there.
  public init(
    _ equation: consuming RateEquation<Engine>,
    from initial: consuming AlignedVector,
    control: StepControl,
    over communicator: Group,
    tableau: Tableau = .dormandPrince,
    at time: Double = 0,
    after statistics: EvolutionStatistics = .init()
  ) {
    self.time = time
    self.statistics = statistics
    self.equation = equation
    stepper = Stepper(tableau: tableau, initial: initial)
    self.control = control
    order = tableau.order
    self.communicator = communicator
  }

  /// Hands λ of the owned modes at the time reached to `body`.
  public borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector) throws -> Result
  ) rethrows -> Result {
    try body(stepper.lambda)
  }

  /// Advances to a time, with the last step landing on it.
  ///
  /// Collective; see `TimeStepping`.
  public mutating func advance(
    to end: Double,
    report: (Double, EvolutionStatistics) throws -> Void = { _, _ in }
  ) throws {
    try advance(to: end, unlessStiffUntil: nil, report: report)
  }

  /// Advances to a time, or to where stability limits the steps.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - end: The time to reach.
  ///   - horizon: The last time that will be asked for; stops before `end` where stability limits the
  ///     steps and hundreds of them are left until then. `nil` never stops.
  ///   - report: See `TimeStepping`.
  /// - Throws: As `TimeStepping` says.
  mutating func advance(
    to end: Double,
    unlessStiffUntil horizon: Double?,
    report: (Double, EvolutionStatistics) throws -> Void
  ) throws {
    if time < end, statistics.forceEvaluations == 0 { try begin(end) }
    while time < end, limitedSteps < 2 {
      let remaining = end - time
      // Land on the end; or halve the way to it rather than leave a tiny rest.
      let lands = length >= remaining * (1 - 1e-3)
      let step = lands ? remaining : min(length, length * 2 > remaining ? remaining / 2 : length)
      try requireLength(step)
      let error = try stepper.attempt(&equation, length: step, control: control)
      statistics.forceEvaluations = equation.evaluations
      let verdict = control.judge(error: error, order: order)
      guard verdict.accepted else {
        statistics.rejectedSteps += 1
        length = step * verdict.factor
        continue
      }
      if let horizon { try watchStability(step, horizon) }
      stepper.accept()
      time = lands ? end : time + step
      statistics.steps += 1
      // A step that an output cut short says nothing against the length that was planned.
      length = step < length ? max(length, step * verdict.factor) : step * verdict.factor
      try report(time, statistics)
    }
  }

  /// Looks every tenth step whether stability limits the length.
  ///
  /// The stability region of the method reaches to −6.3 on the real axis. Where accuracy limits the steps
  /// they stay well inside; where stability does, their length hovers about its border. Ranks ask each other
  /// only where another method could pay, with hundreds of steps left.
  private mutating func watchStability(
    _ step: Double,
    _ horizon: Double
  ) throws(CommunicationError) {
    guard statistics.steps % 10 == 9 else { return }
    let hasMany = (horizon - time) / step > 300
    let rate = hasMany ? try equation.largestRate(over: communicator) : 0
    limitedSteps = step * rate > 4.5 ? limitedSteps + 1 : 0
  }

  /// Takes one step of a given length without control.
  ///
  /// Collective; for tests of the order.
  package mutating func step(length: Double) throws {
    if statistics.forceEvaluations == 0 { try stepper.begin(&equation) }
    _ = try stepper.attempt(&equation, length: length, control: control)
    statistics.forceEvaluations = equation.evaluations
    stepper.accept()
    time += length
  }

  /// Computes the first derivative and the first length: what changes 1 + |λ| by 0.6 of the tolerance's root of order
  /// p, so that an error of that change to the power p is 0.6^p of the tolerance.
  private mutating func begin(_ end: Double) throws {
    try stepper.begin(&equation)
    statistics.forceEvaluations = equation.evaluations
    let derivative = stepper.derivative(0)
    var largest = 0.0
    for index in 0..<equation.partition.owned.count {
      let rate = abs(derivative[index]) / (1 + abs(stepper.lambda[index]))
      largest = rate.isFinite ? max(largest, rate) : .infinity
    }
    let rate = try communicator.maximum(largest)
    guard rate.isFinite else { throw NumericalError.initialRates }
    let tolerance = max(control.relativeTolerance, control.absoluteTolerance)
    let change = 0.6 * Double.root(min(tolerance, 1), order)
    length = rate > 0 ? min(end, change / rate) : end
  }
}

extension Evolution where Engine: ~Copyable {
  /// The same integration, going on with implicit steps.
  ///
  /// - Parameters:
  ///   - number: Σ n that the steps keep.
  ///   - takeKernel: Takes the tables out of the engine.
  /// - Returns: The implicit integration, at this time.
  consuming func continued(
    keeping number: Double,
    takeKernel: (consuming Engine) -> ScaledKernel
  ) -> ImplicitEvolution<Group> {
    let scale = equation.scale
    let (time, statistics, length) = (time, statistics, length)
    let (control, communicator) = (control, communicator)
    let lambda = stepper.takeLambda()
    return ImplicitEvolution(
      kernel: takeKernel(equation.takeEngine()),
      scale: scale,
      from: lambda,
      at: time,
      after: statistics,
      length: length,
      number: number,
      control: control,
      over: communicator
    )
  }

  /// Hands time, step control, statistics and λ to `body`.
  ///
  /// All else follows from λ, to the same bits.
  public borrowing func withState<Result>(
    _ body: (StateWords, [UnsafeBufferPointer<Double>]) throws -> Result
  ) rethrows -> Result {
    var words = StateWords()
    words.append(time)
    words.append(length)
    words.append(limitedSteps)
    control.save(to: &words)
    statistics.save(to: &words)
    return try body(words, [UnsafeBufferPointer(stepper.lambda.buffer)])
  }

  /// Takes a saved state over.
  ///
  /// Collective: goes to λ, which does not count.
  public mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    time = try words.takeDouble()
    length = try words.takeDouble()
    limitedSteps = try words.takeInteger()
    try control.restore(&words)
    statistics = try EvolutionStatistics(&words)
    try read(0, stepper.lambda.buffer)
    guard statistics.forceEvaluations > 0 else { return }
    try equation.enter(stepper.lambda)
    equation.restore(evaluations: statistics.forceEvaluations)
  }
}
