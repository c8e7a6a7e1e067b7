/// How λ is stepped in time.
public enum SteppingMethod: String, Sendable, CaseIterable {
  /// Explicit steps until stability limits them, implicit ones from there on.
  case auto

  /// The pair of Dormand and Prince.
  case explicit

  /// Radau IIA with exact linear algebra; for separable kernels.
  case implicit
}
