import Communication
import VectorMath

/// Computes gain, loss and λ̇ of the modes that this rank owns, from the λ of all ranks.
///
/// An engine stands in a state λ: `enter` goes there with one collective, `advance` writes λ̇ and goes on to
/// the next stage of a Runge–Kutta step in one pass over the modes. Values that are not finite go
/// through: they end in the error norm, which rejects the step on all ranks.
public protocol ForceEngine: ~Copyable {
  /// Who owns which modes.
  var partition: Partition { get }

  /// Writes gain and loss of the owned modes.
  ///
  /// Collective.
  ///
  ///     gain_q = Σ_k W(k→q) n_k        loss_q = Σ_k W(q→k) (1 − n_k)        (Eqs. 11, 12, 21, 22)
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes, dimensionless; `partition.owned.count` elements.
  ///   - gain: On return the gains in units of εJ/N; same count.
  ///   - loss: On return the losses in units of εJ/N; same count.
  /// - Throws: `CommunicationError` if the collective fails.
  mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError)

  /// Goes to a state.
  ///
  /// Collective.
  ///
  /// - Parameter lambda: λ of the owned modes.
  /// - Throws: `CommunicationError` if the collective fails.
  mutating func enter(_ lambda: borrowing AlignedVector) throws(CommunicationError)

  /// Writes λ̇ of the owned modes in the present state, and goes to the next; see `StagePass`.
  ///
  /// Collective if there is a next state.
  ///
  ///     λ̇_q = s [ loss_q / (1 − n_q) − gain_q / n_q ]
  ///         = −s (1 + e^λ_q) (gain_q − e^−λ_q loss_q)                          (Eqs. 10 and 20)
  ///
  /// - Parameter pass: What to do; its pointers have room for whole vectors.
  /// - Returns: The sums of the squares of both error estimates over all modes of all ranks, with the same
  ///   bits on any number of them; NaN where something was not finite, 0 if they are not wanted.
  /// - Throws: `CommunicationError` if the collective fails.
  mutating func advance(
    _ pass: StagePass
  ) throws(CommunicationError) -> (first: Double, second: Double)

  /// The largest e^λ gain + e^−λ loss of the owned modes in the present state, in units of εJ/N: the fastest
  /// relaxation but for the change of the moments.
  func largestRate() -> Double

  /// How far the present state is from steady, in the owned modes.
  func imbalance() -> Imbalance
}

extension ForceEngine where Self: ~Copyable {
  /// Writes λ̇ of the owned modes.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - scale: s = εJ/N.
  ///   - derivative: On return λ̇ of the owned modes in the units of `scale`; room for
  ///     `lambda.paddedCount` elements, of which the padding becomes zero.
  /// - Throws: `CommunicationError` if the collective fails.
  public mutating func derivative(
    at lambda: borrowing AlignedVector,
    scale: Double,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    try enter(lambda)
    _ = try advance(StagePass(scale: scale, slope: derivative))
  }
}

extension ForceEngine where Self: ~Copyable {
  /// Writes λ̇ of the owned modes, and goes to λ + h λ̇: the pass of a Runge–Kutta stage with one term.
  ///
  /// Collective; see `advance`.
  ///
  /// - Parameters:
  ///   - length: h, in inverse units of `scale`.
  ///   - lambda: λ of the owned modes at the beginning of the step.
  ///   - scale: s = εJ/N.
  ///   - derivative: On return λ̇ in the present state; room for whole vectors.
  /// - Throws: `CommunicationError` if the collective fails.
  package mutating func step(
    _ length: Double,
    from lambda: borrowing AlignedVector,
    scale: Double,
    derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    let term = CombinationBuffer(count: 1)
    term.tables[0] = UnsafePointer(derivative)
    term.weights[0] = length
    let next = StagePass.Destination(
      base: UnsafePointer(lambda.pointer),
      terms: StagePass.Combination(tables: term.tables, weights: term.weights, count: 1),
      end: nil,
      errors: nil
    )
    _ = try advance(StagePass(scale: scale, slope: derivative, next: next))
  }
}

/// The windows of the sums of squared errors: (2³⁰ tolerances)² and more reject the step as they are.
let errorWindows = [60, 60]

/// λ̇/s of eight modes; see `ForceEngine.advance`.
@inline(__always)
func slope(lambda: Vector, gain: Vector, loss: Vector) -> Vector {
  let (perOccupation, perVacancy) = inverseOccupations(lambda)
  return loss * perVacancy - gain * perOccupation
}
