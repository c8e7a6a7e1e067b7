import Communication
import Dissipation
import VectorMath

/// The 2R moments of a separable kernel, summed exactly over all modes of all ranks.
///
///     A_r = Σ_m f_r(m) n_m        B_r = Σ_m g_r(m) h_m
///
/// The tables are scaled by powers of two to at most 1, so that all terms have the window |x| < 1. One
/// accumulator spans 126 bits below it; where the factors of the kernel range further, a second one
/// takes what the first leaves, and so on, so that the sums are within 2⁻⁶⁰ Σ|term| for any filling
/// above 2⁻⁶.
struct Moments: ~Copyable {
  /// Modes that are worked on at a time; n and h of a tile stay in the first-level cache.
  static let tile = 512

  /// The number of moments, 2R: A_0, B_0, A_1, B_1 and so on.
  let count: Int

  /// f_0, g_0, f_1, g_1 …, each scaled and padded with zeros to whole tiles.
  let factors: AlignedVector

  /// The distance between two tables.
  let stride: Int

  private let depth: Int
  private let occupationTile = AlignedVector(count: 2 * Moments.tile)
  private let accumulators: UnsafeMutablePointer<FoldAccumulator>
  private var sums: ExactSums

  /// Takes tables over: `exponents[i]` says that all values of moment i's table are below 2^exponent, and
  /// `range` how many bits lie between the largest and the smallest that is not zero.
  init(tables: [[Double]], exponents: [Int], range: Int, modes: Int) {
    count = tables.count
    stride = (modes + Moments.tile - 1) / Moments.tile * Moments.tile
    factors = AlignedVector(count: count * stride)
    for (index, table) in tables.enumerated() {
      let scale = Double(sign: .plus, exponent: -exponents[index], significand: 1)
      for (mode, value) in table.enumerated() { factors[index * stride + mode] = value * scale }
    }
    let depth = max(1, min(6, (range + 66 + FoldAccumulator.span - 1) / FoldAccumulator.span))
    self.depth = depth
    accumulators = .allocate(capacity: max(1, count * depth))
    accumulators.initialize(repeating: FoldAccumulator(), count: count * depth)
    sums = ExactSums(
      exponents: (0..<tables.count * depth).map { -($0 % depth) * FoldAccumulator.span }
    )
  }

  deinit { accumulators.deallocate() }

  /// Adds up the moments of the owned modes, and sums them over the ranks.
  ///
  /// Collective.
  mutating func evaluate(
    at lambda: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    sums.reset()
    // A lane takes 64 terms in a tile, and 1024 before its accumulator must be emptied.
    let tilesBetween = FoldAccumulator.capacity * Vector.scalarCount / Moments.tile
    var tiles = 0
    for start in Swift.stride(from: 0, to: lambda.paddedCount, by: Moments.tile) {
      let end = min(start + Moments.tile, lambda.paddedCount)
      tabulateOccupations(lambda, start..<end)
      for moment in 0..<count { add(moment, start..<end) }
      tiles += 1
      if tiles % tilesBetween == 0 { absorb() }
    }
    absorb()
    try sums.reduce(over: communicator)
  }

  /// The scaled moment i; NaN if a term was not finite.
  func value(_ moment: Int) -> Double {
    var value = 0.0
    for level in (0..<depth).reversed() { value += sums.value(moment * depth + level) }
    return value
  }

  private func tabulateOccupations(_ lambda: borrowing AlignedVector, _ modes: Range<Int>) {
    let target = occupationTile.pointer
    for index in Swift.stride(from: 0, to: modes.count, by: Vector.scalarCount) {
      let (n, h) = occupations(lambda.pointer.vector(at: modes.lowerBound + index))
      target.store(n, at: index)
      target.store(h, at: Moments.tile + index)
    }
  }

  private func add(_ moment: Int, _ modes: Range<Int>) {
    let occupation = occupationTile.pointer + moment % 2 * Moments.tile
    let factor = factors.pointer + moment * stride + modes.lowerBound
    if depth == 1 {
      var accumulator = accumulators[moment]
      let window = sums.windows[moment]
      for index in Swift.stride(from: 0, to: modes.count, by: Vector.scalarCount) {
        accumulator.add(factor.vector(at: index) * occupation.vector(at: index), window)
      }
      accumulators[moment] = accumulator
    } else {
      for index in Swift.stride(from: 0, to: modes.count, by: Vector.scalarCount) {
        var rest = factor.vector(at: index) * occupation.vector(at: index)
        for level in moment * depth..<(moment + 1) * depth {
          rest = accumulators[level].add(rest, sums.windows[level])
        }
      }
    }
  }

  private mutating func absorb() {
    for index in 0..<count * depth { sums.absorb(&accumulators[index], into: index) }
  }
}
