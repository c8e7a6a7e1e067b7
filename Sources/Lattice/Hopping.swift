import Numerics

/// One term of a tight-binding Hamiltonian: amplitude · c†_{R+by, to} c_{R, from}, for every cell R.
///
/// The Hermitian conjugate is implied; an on-site term with `to == from` stands once.
public struct Hopping: Sendable, Equatable {
  /// The orbital that is left, an index.
  public var from: Int

  /// The orbital that is reached, an index.
  public var to: Int

  /// The displacement in unit cells, one number for each direction.
  public var by: [Int]

  /// An energy.
  public var amplitude: Complex<Double>

  /// Creates a term.
  public init(from: Int, to: Int, by: [Int], amplitude: Complex<Double>) {
    self.from = from
    self.to = to
    self.by = by
    self.amplitude = amplitude
  }

  /// Whether the term is its own Hermitian conjugate.
  public var isOnSite: Bool { from == to && by.allSatisfy { $0 == 0 } }
}
