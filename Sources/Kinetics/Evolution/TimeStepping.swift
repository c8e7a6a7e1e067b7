import VectorMath

/// An integration of the Lagrange parameters in time.
public protocol TimeStepping: Resumable, ~Copyable {
  /// The time reached, in inverse units of energy.
  var time: Double { get }

  /// What was done to get there.
  var statistics: EvolutionStatistics { get }

  /// Advances to a time, with the last step landing on it.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - end: The time to reach.
  ///   - report: Called after each accepted step with the time reached and what was done so far. If it
  ///     throws, the state is that after the step: the same call may follow to go on.
  /// - Throws: `CommunicationError` if a collective fails, `NumericalError` if the initial rates are
  ///   not finite or the step length underflows, alike on all ranks; and what `report` throws.
  mutating func advance(
    to end: Double,
    report: (Double, EvolutionStatistics) throws -> Void
  ) throws

  /// Hands λ of the owned modes at the time reached to `body`.
  borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector) throws -> Result
  ) rethrows -> Result
}

extension TimeStepping where Self: ~Copyable {
  /// Refuses a step that is too short for the time reached.
  ///
  /// Near t = 0 steps may be as short as they have to: cold states change at rates of e^|λ|.
  ///
  /// - Throws: `NumericalError.stepUnderflow`, alike on all ranks, which have the same step.
  func requireLength(_ step: Double) throws(NumericalError) {
    guard step > 16 * time.ulp, step > .leastNormalMagnitude else {
      throw .stepUnderflow(time: time, length: step)
    }
  }
}
