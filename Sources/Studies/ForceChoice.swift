import Dissipation
import Lattice

/// Which engine the user wants to compute the forces.
public enum ForceChoice: String, Sendable, CaseIterable {
  /// The fastest that the kernel allows.
  case auto

  /// Moments of a separable kernel, O(M·R) work.
  case separable

  /// Sums over all pairs, O(M²) work; the definition, for any kernel.
  case direct

  /// An engine.
  enum Engine { case separable, direct }

  /// The engine for a kernel.
  ///
  /// - Throws: `ModelError` if a separable one is wanted and the kernel is not.
  func engine(
    for kernel: RateKernel,
    compression: CompressionReport?
  ) throws(ModelError) -> Engine {
    switch self {
    case .direct: return .direct
    case .auto: return kernel.isSeparable ? .separable : .direct
    case .separable:
      guard kernel.isSeparable else {
        let reason =
          compression?.refusal
          ?? "a bath of this deck (ohmic spectrum, correlated dephasing) has no kernel of low rank; "
          + "an ohmic one can be compressed (forces: {compression: 1e-12})"
        throw ModelError("--forces separable: \(reason); or use --forces direct or auto")
      }
      return .separable
    }
  }
}
