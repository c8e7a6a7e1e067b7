/// What an iteration has found.
public struct IterationReport: Sendable, Equatable {
  /// Passes over the modes.
  public var passes: Int

  /// Whether the last step was so small that the next would be below rounding.
  public var converged: Bool
}
