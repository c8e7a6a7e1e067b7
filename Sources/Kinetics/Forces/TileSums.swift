import Communication
import VectorMath

/// Exact sums over all modes of all ranks of products of two tables, tile by tile.
///
/// Sum i is Σ_m a_i(m) b_i(m), |a b| < 2^exponent, with as many accumulators of 126 bits below each other as
/// `depth` says. All sums are reduced in one message, with some others that the caller adds to.
struct TileSums: ~Copyable {
  /// The number of sums.
  let count: Int

  /// Whether tiles begin with a group of modes, whose terms may be added up by themselves.
  let isGrouped: Bool

  let depth: Int
  private let others: Int
  private let bound: Double
  let accumulators: UnsafeMutablePointer<FoldAccumulator>
  let windows: UnsafeMutablePointer<FoldWindow>
  private var sums: ExactSums
  /// Modes since the accumulators were empty.
  private var modes = 0

  /// Creates sums.
  ///
  /// - Parameters:
  ///   - count: Their number.
  ///   - depth: How many accumulators each has.
  ///   - exponent: Terms are below 2^exponent.
  ///   - others: The windows of more sums in the same message, of one accumulator each.
  ///   - isGrouped: Whether tiles begin with a group.
  init(
    count: Int,
    depth: Int,
    exponent: Int = 0,
    others: [Int] = [],
    isGrouped: Bool = false
  ) {
    self.isGrouped = isGrouped
    self.others = others.count
    self.count = count
    self.depth = depth
    bound = Double(sign: .plus, exponent: exponent, significand: 1)
    let first = exponent + (isGrouped ? MomentGroups.bits : 0)
    let exponents = (0..<depth).map { first - $0 * FoldAccumulator.span }
    let places = max(1, count * depth + others.count)
    accumulators = .allocate(capacity: places)
    accumulators.initialize(repeating: FoldAccumulator(), count: places)
    sums = ExactSums(exponents: (0..<count * depth).map { exponents[$0 % depth] } + others)
    windows = .allocate(capacity: depth)
    for level in 0..<depth {
      (windows + level).initialize(to: FoldWindow(exponent: exponents[level]))
    }
  }

  deinit {
    accumulators.deallocate()
    windows.deallocate()
  }

  /// Sets all sums to zero.
  mutating func reset() {
    sums.reset()
    modes = 0
  }

  /// Adds Σ a(m) b(m) over a tile to a sum.
  ///
  /// - Parameters:
  ///   - index: The sum.
  ///   - a: A table, from the first mode of the tile on.
  ///   - b: Another one.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  @inline(__always)
  func add(
    _ index: Int,
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    count: Int
  ) {
    let place = accumulators + index &* depth
    if depth == 1 {
      var accumulator = place[0]
      let window = windows[0]
      var mode = 0
      while mode < count {
        accumulator.add(a.vector(at: mode) * b.vector(at: mode), window)
        mode &+= Vector.scalarCount
      }
      place[0] = accumulator
    } else {
      var mode = 0
      while mode < count {
        add(index, a.vector(at: mode) * b.vector(at: mode))
        mode &+= Vector.scalarCount
      }
    }
  }

  /// Adds Σ a(m) b(m) over a tile to a sum, group by group.
  ///
  /// - Parameters:
  ///   - index: The sum.
  ///   - a: A table, from the first mode of the tile on.
  ///   - b: Another one.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  @inline(__always)
  func addGroups(
    _ index: Int,
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    count: Int
  ) {
    var start = 0
    while start < count {
      let left = count &- start
      if left >= MomentGroups.modes {
        add(index, MomentGroups.sum(a + start, b + start, count: MomentGroups.modes))
      } else {
        add(index, MomentGroups.sum(a + start, b + start, count: left))
      }
      start &+= MomentGroups.modes
    }
  }

  /// Adds one term to each lane of a sum.
  @inline(__always)
  private func add(_ index: Int, _ terms: Vector) {
    let place = accumulators + index &* depth
    var rest = place[0].add(terms, windows[0])
    var level = 1
    while level < depth {
      rest = place[level].add(rest, windows[level])
      level &+= 1
    }
  }

  /// The window of another sum.
  func window(ofOther index: Int) -> FoldWindow { sums.windows[count * depth + index] }

  /// The accumulator of another sum.
  func other(_ index: Int) -> UnsafeMutablePointer<FoldAccumulator> {
    accumulators + count * depth + index
  }

  /// The value of another sum; NaN if the sums are not valid.
  func value(ofOther index: Int) -> Double { sums.value(count * depth + index) }

  /// Adds Σ a(m) b(m) over a tile to a sum, coarsely.
  ///
  /// - Parameters:
  ///   - index: The sum.
  ///   - a: A table, from the first mode of the tile on.
  ///   - b: Another one.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  ///   - folds: 1 or 2 keep 42 or 84 bits below 1; more keep all.
  @inline(__always)
  func add(
    _ index: Int,
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    count: Int,
    folds: Int
  ) {
    guard folds < 3 else { return add(index, a, b, count: count) }
    var accumulator = accumulators[index &* depth]
    let window = windows[0]
    var mode = 0
    if folds == 1 {
      while mode < count {
        accumulator.addProductInOneFold(a.vector(at: mode), b.vector(at: mode), window)
        mode &+= Vector.scalarCount
      }
    } else {
      while mode < count {
        accumulator.addInTwoFolds(a.vector(at: mode) * b.vector(at: mode), window)
        mode &+= Vector.scalarCount
      }
    }
    accumulators[index &* depth] = accumulator
  }

  /// Adds A_r = Σ f_r n and B_r = Σ g_r h over a tile to all sums.
  ///
  /// For each sum and eight modes 2.5 vector instructions in groups, or else 8 in two folds and 12 in three.
  ///
  /// - Parameters:
  ///   - tables: The tables from the first mode of the tile on, 2R of them.
  ///   - occupations: n of the tile; `ScaledKernel.tile` places on, h.
  ///   - count: At most `ScaledKernel.tile` modes, whole vectors.
  @inline(never)
  func addMoments(_ tables: FactorTables, occupations: UnsafePointer<Double>, count: Int) {
    @inline(__always)
    func addAll(count: Int, folds: Int, isGrouped: Bool = false) {
      var index = 0
      while index < self.count {
        let table = tables.first + index &* tables.stride
        let occupation = occupations + (index & 1) &* ScaledKernel.tile
        if isGrouped {
          addGroups(index, table, occupation, count: count)
        } else {
          add(index, table, occupation, count: count, folds: folds)
        }
        index &+= 1
      }
    }
    switch (count, tables.folds) {
    case (StageLoops.tile, _) where isGrouped:
      addAll(count: StageLoops.tile, folds: 3, isGrouped: true)
    case (_, _) where isGrouped: addAll(count: count, folds: 3, isGrouped: true)
    case (StageLoops.tile, 2): addAll(count: StageLoops.tile, folds: 2)
    case (StageLoops.tile, _): addAll(count: StageLoops.tile, folds: 3)
    default: addAll(count: count, folds: tables.folds)
    }
  }

  /// Ends a tile of at most `ScaledKernel.tile` modes: empties the accumulators when the lanes might not take
  /// another one.
  ///
  /// - Parameter count: The modes, or fewer where groups of them are single terms.
  mutating func endTile(_ count: Int = ScaledKernel.tile) {
    modes += count
    let capacity = FoldAccumulator.capacity * Vector.scalarCount
    if modes > capacity - ScaledKernel.tile { absorb() }
  }

  /// Adds up what all ranks hold.
  ///
  /// Collective.
  mutating func reduce(over communicator: some Communicator) throws(CommunicationError) {
    absorb()
    try sums.reduce(over: communicator)
  }

  /// Adds up what all ranks hold of two groups of sums, and of some integers, in one message.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - other: Reduced, too.
  ///   - integers: On return their sums.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the reduction fails.
  mutating func reduce(
    with other: inout TileSums,
    integers: inout [Int64],
    over communicator: some Communicator
  ) throws(CommunicationError) {
    absorb()
    other.absorb()
    try sums.reduce(with: &other.sums, integers: &integers, over: communicator)
  }

  /// Makes the sums invalid on all ranks where the largest |term| exceeds the window: sums of both signs
  /// would lose their exactness unseen.
  mutating func require(_ largest: Double) {
    if !(largest <= bound) { sums.invalidate() }
  }

  /// Whether all terms were finite and in the window, on all ranks.
  var isValid: Bool { sums.isValid }

  /// The value of a sum; NaN if the sums are not valid.
  func value(_ index: Int) -> Double {
    var value = 0.0
    for level in (0..<depth).reversed() { value += sums.value(index * depth + level) }
    return value
  }

  private mutating func absorb() {
    modes = 0
    for index in 0..<count * depth + others { sums.absorb(&accumulators[index], into: index) }
  }
}
