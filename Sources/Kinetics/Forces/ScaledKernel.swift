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
