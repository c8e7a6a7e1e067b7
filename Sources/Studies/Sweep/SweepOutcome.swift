public import VectorMath

/// What became of a point of a sweep.
public enum SweepOutcome: Sendable {
  /// The steady state was found.
  case found(SteadyResult)

  /// It was not; why, in one line.
  case failed(String)

  /// The steady state, if it was found.
  public var result: SteadyResult? {
    guard case .found(let result) = self else { return nil }
    return result
  }
}

/// Is told, on every rank, what a sweep has found.
public protocol SweepObserver: ~Copyable {
  /// A steady state was found, whose point and those before it may be finished later.
  ///
  /// Called on all ranks of the sweep, so that it may communicate, in an order that has nothing to do with that
  /// of the points; not for points that former runs have found. What it has kept is there before the point is.
  ///
  /// - Parameters:
  ///   - point: The point.
  ///   - lambda: λ of the owned modes, until the function returns.
  ///   - owned: The modes of this rank; none on ranks of other groups.
  /// - Throws: What ends the sweep, alike on all ranks.
  mutating func didFind(
    _ point: Int,
    _ lambda: borrowing AlignedVector,
    owned: Range<Int>
  ) throws

  /// A point and all those before it are done. Called in the order of the points.
  mutating func didFinish(_ point: Int, _ outcome: SweepOutcome)
}

extension SweepObserver where Self: ~Copyable {
  /// Takes no notice of states.
  public mutating func didFind(
    _ point: Int,
    _ lambda: borrowing AlignedVector,
    owned: Range<Int>
  ) {}
}
