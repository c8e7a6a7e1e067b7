import Communication
import Dissipation
import RealModule
import VectorMath

/// Integrates λ̇ = F(λ) of a separable kernel with implicit steps of order 9.
///
/// Every decision depends on exact sums and maxima, so that all ranks take the same steps, and runs on
/// different numbers of ranks too. Steps in λ do not conserve the number of particles by themselves: what a
/// step loses, of the size of its error, the next one gives back by a shift of all λ.
public struct ImplicitEvolution<Group: Communicator>: TimeStepping, ~Copyable {
  /// The time reached, in inverse units of energy.
  public internal(set) var time: Double

  /// What was done to get there.
  public internal(set) var statistics: EvolutionStatistics

  var stepper: RadauStepper
  var control: ImplicitControl
  private let tolerances: StepControl
  let communicator: Group

  /// The length of the next step, unless an output comes first; 0 before the first.
  var length: Double
  var prediction = StagePrediction.constant
  /// The length of the step, or of the attempt, that the stages belong to.
  var lastLength = 0.0
  /// By how much one iteration diminished the correction of the last step.
  var contraction = 0.1
  /// Σ n to be kept; NaN until it is known.
  var number = Double.nan
  var shift = 0.0

  /// The largest number of iterations for the stages of a step.
  private static var limit: Int { 10 }

  /// Prepares an integration.
  ///
  /// - Parameters:
  ///   - kernel: The tables of the modes that this rank owns.
  ///   - rate: εJ.
  ///   - initial: λ of the owned modes at time 0.
  ///   - control: The tolerances.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(
    kernel: consuming ScaledKernel,
    rate: Double,
    from initial: consuming AlignedVector,
    control: StepControl,
    partition: Partition,
    over communicator: Group
  ) {
    self.init(
      kernel: kernel,
      scale: rate / Double(partition.momenta),
      from: initial,
      control: control,
      over: communicator
    )
  }

  /// Goes on from where another integration ends.
  init(
    kernel: consuming ScaledKernel,
    scale: Double,
    from lambda: consuming AlignedVector,
    at time: Double = 0,
    after statistics: EvolutionStatistics = .init(),
    length: Double = 0,
    number: Double = .nan,
    control: StepControl,
    over communicator: Group
  ) {
    stepper = RadauStepper(
      kernel: kernel,
      from: lambda,
      scale: scale,
      absolute: control.absoluteTolerance,
      relative: control.relativeTolerance
    )
    self.control = ImplicitControl(
      tolerance: max(control.absoluteTolerance, control.relativeTolerance)
    )
    tolerances = control
    self.communicator = communicator
    self.time = time
    self.statistics = statistics
    self.length = length
    self.number = number
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
    if time < end { try begin(end) }
    while time < end {
      let remaining = end - time
      // Land on the end; or halve the way to it rather than leave a tiny rest.
      let lands = length >= remaining * (1 - 1e-3)
      let step = lands ? remaining : min(length, length * 2 > remaining ? remaining / 2 : length)
      try requireLength(step)
      if try attempt(step) {
        if lands { time = end }
        try report(time, statistics)
      }
    }
  }

  /// Advances until a state is steady, with steps that grow as it comes closer.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - tolerance: The largest residual of a mode; see `SteadyCertificate`.
  ///   - limit: The largest number of steps.
  ///   - report: Called after each accepted step with the time reached and what was done so far.
  /// - Returns: The residual.
  /// - Throws: `NumericalError.notSteady` if the steps do not suffice, alike on all ranks; and what
  ///   `advance(to:report:)` throws.
  @discardableResult
  public mutating func advance(
    untilResidual tolerance: Double,
    limit: Int = 2000,
    report: (Double, EvolutionStatistics) throws -> Void = { _, _ in }
  ) throws -> Double {
    try begin(.infinity)
    var residual = try stepper.residual(over: communicator)
    let first = statistics.steps + statistics.rejectedSteps
    while !(residual <= tolerance) {
      let count = statistics.steps + statistics.rejectedSteps - first
      guard count < limit, length.isFinite, time + length > time else {
        throw NumericalError.notSteady(residual: residual, tolerance: tolerance)
      }
      guard try attempt(length) else { continue }
      residual = try stepper.residual(over: communicator)
      try report(time, statistics)
    }
    return residual
  }

  /// Takes one step of a given length without control of its error.
  ///
  /// Collective; for tests of order and stability.
  ///
  /// - Returns: Whether the stages were found.
  package mutating func step(length: Double) throws -> Bool {
    try begin(length)
    guard let (_, _) = try solve(length) else { return false }
    try accept(length)
    return true
  }

  /// The stages after one iteration from constant ones, and the largest error estimate then.
  ///
  /// Collective; for tests of the linear algebra.
  package mutating func firstCorrection(length: Double) throws -> (
    stages: [[Double]], error: Double
  ) {
    try begin(length)
    _ = try stepper.linearise(length: length, over: communicator)
    _ = try stepper.predict(.constant, over: communicator)
    let (_, error) = try stepper.finish(over: communicator)
    let lambda = stepper.lambda.count
    let stages = (0..<RadauMethod.stages).map { stage in
      (0..<lambda).map { stepper.stages[stage * stepper.lambda.paddedCount + $0] }
    }
    return (stages, error)
  }

  /// Computes the first moments and the first length: what changes λ by a tenth of the tolerance's sixth root, next to
  /// 1 + |λ|.
  private mutating func begin(_ end: Double) throws {
    guard statistics.implicitSteps == 0 else { return }
    let sums = try stepper.begin(advancing: false, shift: 0, over: communicator)
    let rate = try stepper.largestRate(over: communicator)
    guard sums.number.isFinite, rate.isFinite else { throw NumericalError.initialRates }
    if number.isNaN { number = sums.number }
    guard length == 0 else { return }
    let tolerance = max(tolerances.relativeTolerance, tolerances.absoluteTolerance)
    let change = 0.1 * Double.root(min(1, tolerance * control.allowance), 6)
    let coupling = stepper.scale > 0 ? 1 / stepper.scale : 1
    length = rate > 0 ? min(end, change / rate) : min(end, coupling)
  }

  /// Tries a step, and plans the length of the next one.
  ///
  /// - Returns: Whether it was accepted.
  private mutating func attempt(_ step: Double) throws -> Bool {
    guard let (iterations, error) = try solve(step) else {
      statistics.rejectedSteps += 1
      control.noteFailure()
      prediction = .constant
      length = step * 0.3
      return false
    }
    let verdict = control.judge(error: error, length: step, iterations: iterations)
    guard verdict.accepted else {
      statistics.rejectedSteps += 1
      prediction = .shorter(ratio: verdict.factor)
      lastLength = step
      length = step * verdict.factor
      return false
    }
    try accept(step)
    // A step that an output cut short says nothing against the length that was planned.
    length = step < length ? max(length, step * verdict.factor) : step * verdict.factor
    return true
  }

  /// Finds the stages.
  ///
  /// - Returns: The number of iterations and the error estimate; nil if the stages were not found.
  private mutating func solve(
    _ step: Double
  ) throws(CommunicationError) -> (iterations: Int, error: Double)? {
    statistics.jacobians += 1
    guard try stepper.linearise(length: step, over: communicator) else { return nil }
    switch prediction {
    case .constant, .unchanged: break
    case .continuation: prediction = .continuation(ratio: step / lastLength)
    case .shorter: prediction = .shorter(ratio: step / lastLength)
    }
    statistics.newtonIterations += 1
    guard try stepper.predict(prediction, over: communicator) else { return nil }
    var last = 0.0
    for iteration in 1...ImplicitEvolution.limit {
      let size = try stepper.iterate(over: communicator)
      statistics.newtonIterations += 1
      guard size.isFinite else { return nil }
      let rate =
        iteration == 1 ? min(0.5, 2 * contraction) : size / max(last, .leastNormalMagnitude)
      // The correction that is known by now will be applied too, and leaves `rate` squared. Corrections
      // far below the tolerance that do not shrink are those of rounding.
      let isFound = rate < 1 ? size * rate * rate <= 0.1 * (1 - rate) : size <= 0.1
      if isFound {
        let (correction, error) = try stepper.finish(over: communicator)
        contraction = size > 0 ? min(1, correction / size) : 0
        guard error.isFinite else { return nil }
        if correction * contraction <= 1 { return (iteration, error) }
        // The iteration has become slower than it was: it goes on from here.
        statistics.newtonIterations += 1
        guard try stepper.predict(.unchanged, over: communicator) else { return nil }
        last = correction
        continue
      }
      guard rate < 1 else { return nil }
      last = size
    }
    return nil
  }

  /// Makes the end of the step the beginning of the next.
  private mutating func accept(_ step: Double) throws(CommunicationError) {
    let sums = try stepper.begin(advancing: true, shift: shift, over: communicator)
    // Σ n knows nothing of what is below its rounding, which may be much next to Σ n h.
    let drift = sums.number - number
    shift = sums.variance > 0 && abs(drift) > 4 * number.ulp ? drift / sums.variance : 0
    time += step
    statistics.steps += 1
    statistics.implicitSteps += 1
    lastLength = step
    prediction = .continuation(ratio: 1)
  }
}
