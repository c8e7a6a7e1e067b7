/// What became of a point of a sweep.
public enum SweepOutcome: Sendable {
  /// The steady state was found.
  case found(SteadyResult)

  /// It was not; why, in one line.
  case failed(String)
}

/// Is told, on every rank and in the order of the points, what a sweep has found.
public protocol SweepObserver {
  /// A point and all those before it are done.
  mutating func didFinish(_ point: Int, _ outcome: SweepOutcome)
}
