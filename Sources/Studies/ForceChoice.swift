/// Which engine computes the forces.
public enum ForceChoice: String, Sendable, CaseIterable {
  /// The fastest that the kernel allows.
  case auto

  /// Moments of a separable kernel, O(M·R) work.
  case separable

  /// Sums over all pairs, O(M²) work; the definition, for any kernel.
  case direct
}
