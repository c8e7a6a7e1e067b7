import Communication
import Dissipation
import VectorMath

/// The tables of a separable kernel as loops and exact sums want them.
///
/// Each table is scaled by a power of two to at most 1, so that products with occupations have the window
/// |x| < 1, and padded with zeros to whole tiles.
public struct ScaledKernel: ~Copyable {
  /// Modes that are worked on at a time; what belongs to a tile stays in the first-level cache.
  static let tile = 256

  /// Between two tables, beyond whole tiles: 17 cache lines, or else all tables would have the same place in
  /// their pages, and their lines the same few places in the first-level cache.
  private static let skew = 136

  /// R.
  let channels: Int

  /// f_0, g_0, f_1, g_1 …, one after the other.
  let factors: AlignedVector

  /// The distance between two tables.
  let stride: Int

  /// γ_r times the scales of f_r and g_r, so that Σ_r couplings[r] f_r(k) g_r(q) is W(k→q).
  private(set) var couplings: [Double]

  /// dγ_r/d(drive) in the same scale.
  private(set) var slopes: [Double]

  /// The bath of each channel, and γ_r/γ_bath in the same scale.
  private var strengths: [(bath: Int, value: Double)]

  /// What the tables were divided by.
  private(set) var scales: KernelScales

  /// How many accumulators one sum of the tables' products with occupations needs.
  ///
  /// One spans 126 bits below 1; where the factors range further, a second takes what the first
  /// leaves, and so on, so that sums are within 2⁻⁶⁰ Σ|term| for any filling above 2⁻⁶; those of groups, whose window
  /// is three bits wider, within 2⁻⁵⁷ beside the roundings in the groups.
  var depth: Int {
    max(1, min(6, (scales.range + 66 + FoldAccumulator.span - 1) / FoldAccumulator.span))
  }

  /// Scales a kernel over the modes that this rank owns.
  ///
  /// Collective: the ranks agree on the scales.
  ///
  /// - Parameters:
  ///   - kernel: Its tables are copied.
  ///   - modes: Their number.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the maximum fails.
  public init(
    _ kernel: SeparableKernel,
    modes: Int,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    self.init(of: kernel, in: try KernelScales(of: kernel, over: communicator), modes: modes)
    load(kernel)
  }

  /// Room for the tables of a kernel over so many modes, in scales that are known.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - kernel: Its channels; the tables are to be loaded.
  ///   - scales: The scales.
  ///   - modes: The largest number of modes.
  init(of kernel: SeparableKernel, in scales: KernelScales, modes: Int) {
    self.scales = scales
    channels = kernel.channels.count
    stride =
      (modes + ScaledKernel.tile - 1) / ScaledKernel.tile * ScaledKernel.tile + ScaledKernel.skew
    factors = AlignedVector(count: 2 * channels * stride)
    (couplings, slopes, strengths) = ([], [], [])
    setScales(scales, of: kernel)
  }

  /// Says what the tables are, or will be, divided by.
  mutating func setScales(_ scales: KernelScales, of kernel: SeparableKernel) {
    self.scales = scales
    let units = kernel.channels.indices.map { r in
      let exponent = scales.exponents[2 * r] + scales.exponents[2 * r + 1]
      return Double(sign: .plus, exponent: exponent, significand: 1)
    }
    couplings = zip(kernel.channels, units).map { $0.coupling * $1 }
    slopes = zip(kernel.channels, units).map { $0.slope * $1 }
    strengths = zip(kernel.channels, units).map { ($0.bath, $0.strength * $1) }
  }

  /// Replaces the tables by those of other modes, from the first place on.
  ///
  /// - Parameter kernel: Has the same channels. What is not written keeps its value, but for zeros up to a whole vector.
  /// - Returns: Whether no factor exceeds its scale, and those are not negative that are said to be not.
  @discardableResult
  func load(_ kernel: SeparableKernel) -> Bool {
    var isWithinScales = true
    for (r, channel) in kernel.channels.enumerated() {
      for (index, values) in [(2 * r, channel.source), (2 * r + 1, channel.sink)] {
        let isWithin = values.withUnsafeBufferPointer {
          copyScaled(
            $0,
            by: inverseScale(index),
            to: table(index, from: 0),
            lowest: isNonnegative[index] ? 0 : -1
          )
        }
        isWithinScales = isWithinScales && isWithin
      }
    }
    return isWithinScales
  }

  /// Writes a part of the tables, and looks at what it reaches.
  ///
  /// - Parameters:
  ///   - kernel: Has the same channels.
  ///   - start: The place of its first mode, at the beginning of a vector; zeros are written up to the end of one.
  ///   - extremes: Those of the tables f_0, g_0, f_1 … before they are scaled.
  func load(_ kernel: SeparableKernel, at start: Int, _ extremes: inout [TableExtremes]) {
    precondition(kernel.channels.count == channels, "a kernel of other channels")
    for (r, channel) in kernel.channels.enumerated() {
      for (index, values) in [(2 * r, channel.source), (2 * r + 1, channel.sink)] {
        values.withUnsafeBufferPointer {
          extremes[index].copy($0, by: inverseScale(index), to: table(index, from: start))
        }
      }
    }
  }

  /// Writes a part of the tables by formulas, and looks at what it reaches.
  ///
  /// - Parameters:
  ///   - formulas: Has the same channels, and the modes of its tile.
  ///   - count: Their number.
  ///   - start: The place of the first, as in the tables of a kernel.
  ///   - extremes: Those of the tables before they are scaled.
  func load(
    _ formulas: FormulaTables,
    count: Int,
    at start: Int,
    _ extremes: inout [TableExtremes]
  ) {
    for r in 0..<channels {
      _ = formulas.writeFactors(
        r,
        to: table(2 * r, from: start),
        table(2 * r + 1, from: start),
        count: count.roundedUpToVectors,
        times: (1, 1)
      )
      for index in [2 * r, 2 * r + 1] {
        let values = table(index, from: start)
        extremes[index].copy(
          UnsafeBufferPointer(start: values, count: count),
          by: inverseScale(index),
          to: values
        )
      }
    }
  }

  /// What a table is multiplied with.
  func inverseScale(_ index: Int) -> Double {
    Double(sign: .plus, exponent: -scales.exponents[index], significand: 1)
  }

  /// For each table whether no value of it is negative, on any rank.
  var isNonnegative: [Bool] { scales.isNonnegative }

  /// How many folds of 42 bits keep sums within 2⁻⁶⁰ Σ|term|: two where factors range little, or else all.
  ///
  /// - Parameter spare: By how many bits the window is wider than the terms may be.
  /// - Returns: 2 or 3.
  func folds(spare: Int = 0) -> Int {
    scales.range + 66 + spare <= 2 * FoldAccumulator.foldBits ? 2 : 3
  }

  /// How many folds sums take that only steer an iteration.
  var coarseFolds: Int { depth == 1 ? 2 : 3 }

  /// Gives the baths other weights; the tables stay.
  ///
  /// - Parameter baths: The weight of each bath of the model, and its derivative to the drive.
  mutating func setWeights(_ baths: [(weight: Double, slope: Double)]) {
    couplings = strengths.map { $0.value * baths[$0.bath].weight }
    slopes = strengths.map { $0.value * baths[$0.bath].slope }
  }

  /// All tables from the first mode on.
  var tables: FactorTables {
    FactorTables(channels: channels, first: factors.pointer, stride: stride, folds: folds())
  }

  /// The table f_r for even and g_r for odd `index`, r = index/2, from mode `start` on.
  @inline(__always)
  func table(_ index: Int, from start: Int) -> UnsafeMutablePointer<Double> {
    factors.pointer + index * stride + start
  }
}

/// Writes the products of a table with a factor.
///
/// - Parameters:
///   - table: Its values.
///   - factor: The factor.
///   - target: Has room for whole vectors; zeros are written behind the last product.
///   - lowest: At most 0.
/// - Returns: Whether all products are numbers in `lowest` … 1.
func copyScaled(
  _ table: UnsafeBufferPointer<Double>,
  by factor: Double,
  to target: UnsafeMutablePointer<Double>,
  lowest: Double
) -> Bool {
  guard let source = table.baseAddress else { return true }
  let lowest = Vector(repeating: lowest)
  let highest = Vector(repeating: 1)
  var isWithin = lowest .<= highest
  for index in stride(from: 0, to: table.count, by: Vector.scalarCount) {
    let value = source.vector(at: index, of: table.count) * factor
    isWithin = isWithin .& (value .>= lowest) .& (value .<= highest)
    target.store(value, at: index)
  }
  return all(isWithin)
}
