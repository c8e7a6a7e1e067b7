import Communication
import VectorMath

/// The 2R moments of a separable kernel over all modes of all ranks, with the same bits on any number of them.
///
///     A_r = Σ_m f_r(m) n_m        B_r = Σ_m g_r(m) h_m
struct Moments: ~Copyable {
  /// n of a tile, then h.
  private let occupationTile = AlignedVector(count: 2 * ScaledKernel.tile)
  /// e^λ of a tile.
  private let exponentialTile = AlignedVector(count: ScaledKernel.tile)
  private var sums: TileSums

  /// Prepares sums.
  ///
  /// - Parameters:
  ///   - kernel: The tables.
  ///   - isGrouped: Whether the modes of a rank begin with a whole group.
  ///   - others: The windows of more sums in the same message.
  init(of kernel: borrowing ScaledKernel, isGrouped: Bool, others: [Int] = []) {
    sums = TileSums(
      count: 2 * kernel.channels,
      depth: kernel.depth,
      others: others,
      isGrouped: isGrouped
    )
  }

  /// The vector instructions that add eight modes to all sums, a little more than that in groups.
  func instructions(_ kernel: borrowing ScaledKernel) -> Int {
    // A product, and for each fold two additions that round, one that leaves the rest and one that adds up; of the
    // last fold no rest is left. A group adds up eight vectors in two sums, and then adds these in three folds.
    let count = 2 * kernel.channels
    return sums.isGrouped ? (count * (8 + 1 + 11) + 7) / 8 : count * 4 * kernel.folds()
  }

  /// Sets all sums to zero.
  mutating func reset() { sums.reset() }

  /// Writes e^λ of a tile, and adds up its moments.
  ///
  /// - Parameters:
  ///   - tables: The tables from the first mode of the tile on.
  ///   - lambda: λ from the first mode of the tile on. The padding has λ = 0, but factors of zero.
  ///   - exponentials: On return e^λ.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  mutating func addTile(
    _ tables: FactorTables,
    at lambda: UnsafePointer<Double>,
    exponentials: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    let occupations = occupationTile.pointer
    StageLoops.tabulateOccupations(
      lambda,
      exponentials: exponentials,
      occupations: occupations,
      count: count
    )
    sums.addMoments(tables, occupations: occupations, count: count)
    sums.endTile(sums.isGrouped ? Vector.scalarCount * MomentGroups.count(count) : count)
  }

  /// Adds up the squares of both error estimates of a tile, in the first two other sums.
  ///
  /// - Parameters:
  ///   - errors: The estimates.
  ///   - base: λ of all modes at the beginning of the step.
  ///   - end: λ of the tile at its end.
  ///   - start: The first mode of the tile.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  @inline(never)
  mutating func addErrors(
    _ errors: StagePass.ErrorEstimates,
    before base: UnsafePointer<Double>,
    after end: UnsafePointer<Double>,
    from start: Int,
    count: Int
  ) {
    let (one, other) = (sums.other(0), sums.other(1))
    let (window, otherWindow) = (sums.window(ofOther: 0), sums.window(ofOther: 1))
    var index = 0
    while index < count {
      let (first, second) = errors.squares(
        before: base.vector(at: start &+ index),
        after: end.vector(at: index),
        at: start &+ index
      )
      one.pointee.add(first, window)
      other.pointee.add(second, otherWindow)
      index &+= Vector.scalarCount
    }
    sums.endTile(count)
  }

  /// Sums over the ranks.
  ///
  /// Collective.
  mutating func reduce(over communicator: some Communicator) throws(CommunicationError) {
    try sums.reduce(over: communicator)
  }

  /// Adds up the moments of a state, and sums them over the ranks.
  ///
  /// Collective.
  mutating func evaluate(
    _ kernel: borrowing ScaledKernel,
    at lambda: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    reset()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, lambda.paddedCount - start)
      addTile(
        kernel.tables.from(start),
        at: lambda.pointer + start,
        exponentials: exponentialTile.pointer,
        count: count
      )
    }
    try reduce(over: communicator)
  }

  /// The moment A_r for even and B_r for odd `index`, in the scale of its table; NaN if a term was
  /// not finite.
  func value(_ index: Int) -> Double { sums.value(index) }

  /// Another sum.
  func value(ofOther index: Int) -> Double { sums.value(ofOther: index) }
}
