import Dissipation
import VectorMath

/// The tables of the direct engine, in the order in which its loops read them.
///
/// Sources come in blocks of 512; in each all tables of all parts of the kernel, one after the other:
/// f_0, g_0, f_1, g_1 … and what the modulation needs; n and h of the block come last. Sinks come in
/// groups of four: for each part and channel γ_r g_r of the four and γ_r f_r of the four, then what the
/// modulation needs. The sources may be in memory that ranks share.
struct PairTables: ~Copyable {
  /// One part of the kernel, and where its tables begin.
  struct Part {
    let modulation: Modulation?
    let channels: Int
    /// The first of its tables in a block.
    let source: Int
    /// The first of its doubles in a group of sinks.
    let sink: Int
  }

  let parts: [Part]
  let sources: AlignedVector
  let sinks: AlignedVector
  private let owned: Range<Int>

  /// S between a block of sources and a group of sinks, while they are worked on.
  let modulations = AlignedVector(count: PairSum.sinks * PairSum.block)

  /// Doubles of a block, and of a group.
  let blockStride: Int
  let groupStride: Int

  let blocks: Int
  let groups: Int

  /// Lays out tables for the sources of all modes and the sinks of a rank; all are zero.
  ///
  /// - Parameters:
  ///   - shape: A kernel over any modes, which has the channels of all.
  ///   - modes: The number of modes, M.
  ///   - owned: The modes of the rank.
  ///   - makeSources: Makes so many zeros for the sources.
  init(
    _ shape: RateKernel,
    modes: Int,
    owned: Range<Int>,
    makeSources: (Int) throws -> AlignedVector
  ) rethrows {
    var parts: [Part] = []
    var (source, sink) = (0, 0)
    for (channels, modulation) in shape.parts {
      let count = channels.count
      let extra = modulation?.tables.count ?? 0
      // Parts keep no tables: the modulation is stripped to its numbers.
      parts.append(
        Part(modulation: modulation?.stripped, channels: count, source: source, sink: sink)
      )
      source += 2 * count + extra
      sink += PairSum.sinks * (2 * count + extra)
    }
    self.parts = parts
    self.owned = owned
    blocks = (modes + PairSum.block - 1) / PairSum.block
    groups = (owned.count + PairSum.sinks - 1) / PairSum.sinks
    blockStride = (source + 2) * PairSum.block
    groupStride = sink
    sources = try makeSources(blocks * blockStride)
    sinks = AlignedVector(count: groups * groupStride)
  }

  /// n and h of a block.
  func occupations(of block: Int) -> UnsafeMutablePointer<Double> {
    sources.pointer + (block + 1) * blockStride - 2 * PairSum.block
  }

  /// Writes the sources of some modes.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the modes from `first` on.
  ///   - first: The first of them.
  func setSources(_ kernel: RateKernel, from first: Int) {
    for (part, content) in zip(parts, kernel.parts) {
      func set(_ table: Int, _ values: [Double]) {
        for (index, value) in values.enumerated() {
          let (block, place) = (first + index).quotientAndRemainder(dividingBy: PairSum.block)
          sources[block * blockStride + (part.source + table) * PairSum.block + place] = value
        }
      }
      for (r, channel) in content.channels.enumerated() {
        set(2 * r, channel.source)
        set(2 * r + 1, channel.sink)
      }
      for (index, table) in (content.modulation?.tables ?? []).enumerated() {
        set(2 * part.channels + index, table)
      }
    }
  }

  /// Writes the sinks of those of some modes that the rank owns.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over these modes.
  ///   - modes: Which these are.
  func setSinks(_ kernel: RateKernel, of modes: Range<Int>) {
    for (part, content) in zip(parts, kernel.parts) {
      func set(_ table: Int, _ factor: Double, _ values: [Double]) {
        for mode in modes.clamped(to: owned) {
          let row = mode - owned.lowerBound
          let (group, place) = row.quotientAndRemainder(dividingBy: PairSum.sinks)
          let target = group * groupStride + part.sink + PairSum.sinks * table + place
          sinks[target] = factor * values[mode - modes.lowerBound]
        }
      }
      for (r, channel) in content.channels.enumerated() {
        set(2 * r, channel.coupling, channel.sink)
        set(2 * r + 1, channel.coupling, channel.source)
      }
      for (index, table) in (content.modulation?.tables ?? []).enumerated() {
        set(2 * part.channels + index, 1, table)
      }
    }
  }
}

extension RateKernel {
  /// The parts that have channels.
  fileprivate var parts: [(channels: [Channel], modulation: Modulation?)] {
    let plain: [(channels: [Channel], modulation: Modulation?)] = [(separable.channels, nil)]
    return (plain + modulated.map { ($0.channels.channels, $0.modulation) })
      .filter { !$0.channels.isEmpty }
  }
}

extension Modulation {
  /// What the pair sums need to know of each mode.
  var tables: [[Double]] {
    switch self {
    case .ohmic(let scaledEnergies): [scaledEnergies]
    case .correlated(_, let halfCosines, let halfSines): [halfCosines, halfSines]
    }
  }

  /// The modulation without its tables.
  var stripped: Modulation {
    switch self {
    case .ohmic: .ohmic(scaledEnergies: [])
    case .correlated(let length, _, _):
      .correlated(length: length, halfCosines: [], halfSines: [])
    }
  }
}
