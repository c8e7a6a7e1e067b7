import Lattice

/// How a study computes its forces.
public struct ForceOptions: Sendable, Equatable {
  /// Which engine.
  public var choice: ForceChoice

  /// The tolerance to which a kernel that is not of low rank is compressed; `nil` leaves it.
  public var compression: Double?

  /// Whether both engines are compared, before an evolution and at steady states.
  public var verify: Bool

  /// Whether the ranks of a host share the tables of the direct engine: the communicator decides, and the
  /// estimate of memory wants to know.
  public var sharesMemory = false

  /// Creates options.
  public init(choice: ForceChoice = .auto, compression: Double? = nil, verify: Bool = false) {
    self.choice = choice
    self.compression = compression
    self.verify = verify
  }
}

extension ModelError {
  /// Derivatives of pair sums are not at hand.
  static var hasNoSlopes: ModelError {
    ModelError("slopes need a kernel of low rank (forces: {compression: 1e-12} makes ohmic ones)")
  }

  /// There is nothing to compare.
  static var hasOneEngine: ModelError {
    ModelError("--verify-forces compares two engines; this kernel has only the direct one")
  }
}
