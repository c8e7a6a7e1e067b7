import Kinetics

/// The steady states of one size, at several boundary phases.
public struct SizePoint: Sendable, Equatable {
  /// The number of cells in each direction.
  public let extents: [Int]

  /// Filling and currents at the boundary phase of the deck.
  public let observables: ObservableValues

  /// Filling and currents, averaged over the twists.
  public let average: ObservableValues

  /// How far a current at some twist may be from the average, the largest of all.
  public let variation: Double

  /// The second harmonic of that dependence, which is of the order of what the average still lacks.
  public let secondVariation: Double

  /// The largest residual of all twists.
  public let residual: Double

  /// The fingerprint of λ at the boundary phase of the deck.
  public let digest: UInt64

  /// L: the smallest extent, which decides how far from the limit the size is.
  public var length: Int { extents.min() ?? 0 }
}
