import Kinetics

/// The limit of large lattices, and what it comes from.
public struct ExtrapolateResult: Sendable {
  /// The sizes, in ascending order.
  public var points: [SizePoint]

  /// Filling and currents for L → ∞.
  public var limit: ObservableValues

  /// How far a current of the limit may be from the truth.
  public var error: Double

  /// κ of the approach e^{−κL}, for each cell of the smallest extent; `nil` where all sizes agree to rounding.
  public var decayRate: Double?

  /// What currents are compared with: a bound of the velocities.
  public var scale: Double

  /// The L at which the error would meet the tolerance.
  public var lengthForTolerance: Int

  /// The engine that computed the forces.
  public var engine: String
}

/// Is told, on every rank, what an extrapolation is doing.
public protocol ExtrapolateObserver {
  /// A size comes next; throws if there is no room for it.
  mutating func willSolve(_ study: SteadyStudy) throws

  /// A size is done.
  mutating func didSolve(_ point: SizePoint)
}
