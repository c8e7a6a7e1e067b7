import Communication
import VectorMath

/// Computes gain, loss and λ̇ of the modes that this rank owns, from the λ of all ranks.
///
/// Each engine is a local half, one collective, and a local half. Values that are not finite go
/// through: they end in the error norm, which rejects the step on all ranks.
public protocol ForceEngine: ~Copyable {
  /// Who owns which modes.
  var partition: Partition { get }

  /// The name of the engine on the command line: `direct` or `separable`.
  static var name: String { get }

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

  /// Writes λ̇ of the owned modes.
  ///
  /// Collective.
  ///
  ///     λ̇_q = s [ loss_q / (1 − n_q) − gain_q / n_q ]
  ///         = −s (1 + e^λ_q) (gain_q − e^−λ_q loss_q)                          (Eqs. 10 and 20)
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - scale: s = εJ/N.
  ///   - derivative: On return λ̇ of the owned modes in the units of `scale`; room for
  ///     `lambda.paddedCount` elements, of which the padding becomes zero.
  /// - Throws: `CommunicationError` if the collective fails.
  mutating func derivative(
    at lambda: borrowing AlignedVector,
    scale: Double,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError)
}

/// λ̇/s of eight modes; see `ForceEngine.derivative`.
@inline(__always)
func slope(lambda: Vector, gain: Vector, loss: Vector) -> Vector {
  let (perOccupation, perVacancy) = inverseOccupations(lambda)
  return loss * perVacancy - gain * perOccupation
}
