import Communication
import VectorMath

/// Groups of modes whose products are added up by themselves before they enter an exact sum.
///
/// An exact sum takes eight to twelve vector instructions for eight terms. Of a group of 64 modes the terms of each lane
/// are added by multiply-adds, in an order of their own, and the exact sum takes what comes out: one and a half
/// instructions for eight terms. Where ranks own whole groups, sums have the same bits on any number of ranks all
/// the same. The roundings within a group, at most 5 · 2⁻⁵³ Σ|term|, are no larger than those of the terms.
enum MomentGroups {
  /// Modes in a group.
  static var modes: Int { 64 }

  /// A group's lanes are below 2³ times their terms.
  static var bits: Int { 3 }

  /// The groups of a tile.
  @inline(__always)
  static func count(_ modes: Int) -> Int { (modes &+ MomentGroups.modes &- 1) / MomentGroups.modes }

  /// The sum of a group: each lane that of its own modes.
  ///
  /// - Parameters:
  ///   - a: A table, from the first mode of the group on.
  ///   - b: Another one.
  ///   - count: Modes, whole vectors; fewer than in a group only at the end of all modes.
  /// - Returns: Σ a b.
  @inline(__always)
  static func sum(
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    count: Int
  ) -> Vector {
    let lanes = Vector.scalarCount
    var (even, odd) = (Vector.zero, Vector.zero)
    var mode = 0
    while mode &+ lanes < count {
      even = multiplyAdd(a.vector(at: mode), b.vector(at: mode), even)
      odd = multiplyAdd(a.vector(at: mode &+ lanes), b.vector(at: mode &+ lanes), odd)
      mode &+= 2 &* lanes
    }
    if mode < count { even = multiplyAdd(a.vector(at: mode), b.vector(at: mode), even) }
    return even + odd
  }
}

extension Partition {
  /// From how many momenta on moments are summed in groups.
  private static var grouped: Int { 4096 }

  /// Divides momenta among the ranks of a communicator so that the moments of their modes can be summed in groups,
  /// where there are many.
  ///
  /// Not collective.
  public static func ofMoments(
    momenta: Int,
    bands: Int,
    over communicator: some Communicator
  ) -> Partition {
    ofMoments(momenta: momenta, bands: bands, rank: communicator.rank, ranks: communicator.size)
  }

  /// Divides momenta among ranks so that the moments of their modes can be summed in groups, where there are many.
  public static func ofMoments(momenta: Int, bands: Int, rank: Int, ranks: Int) -> Partition {
    Partition(
      momenta: momenta,
      bands: bands,
      granule: momenta < grouped ? 1 : MomentGroups.modes,
      rank: rank,
      ranks: ranks
    )
  }

  /// Whether every rank owns whole groups.
  var hasGroups: Bool { granule % MomentGroups.modes == 0 }
}
