import Communication
import VectorMath

/// Computes gain and loss of the modes that this rank owns, from the λ of all ranks.
///
/// Each engine is a local half, one collective, and a local half.
public protocol ForceEngine: ~Copyable {
  /// Who owns which modes.
  var partition: Partition { get }

  /// The name of the engine on the command line: `direct` or `separable`.
  static var name: String { get }

  /// Writes gain and loss of the owned modes. Collective.
  ///
  ///     gain_q = Σ_k W(k→q) n_k        loss_q = Σ_k W(q→k) (1 − n_k)        (Eqs. 11, 12, 21, 22)
  ///
  /// Values that are not finite go through: they end in the error norm, which rejects the step on all
  /// ranks.
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
}
