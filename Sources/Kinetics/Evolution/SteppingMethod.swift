/// How λ is stepped in time.
public enum SteppingMethod: String, Sendable, CaseIterable {
  /// Nested steps as long as coarse lattices have the moments; then explicit ones until stability limits
  /// them, and implicit ones from there on.
  case auto

  /// Radau IIA with the moments that coarse lattices find; for large lattices and separable kernels.
  case nested

  /// The pair of Dormand and Prince.
  case explicit

  /// Radau IIA with exact linear algebra; for separable kernels.
  case implicit
}
