import Dissipation
import VectorMath

/// The tables of the direct engine, in the order in which its loops read them.
///
/// Sources come in blocks of 512; in each all tables of all parts of the kernel, one after the other:
/// f_0, g_0, f_1, g_1 … and what the modulation needs; n and h of the block come last. Sinks come in
/// groups of four: for each part and channel γ_r g_r of the four and γ_r f_r of the four, then what the
/// modulation needs.
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

  /// S between a block of sources and a group of sinks, while they are worked on.
  let modulations = AlignedVector(count: PairSum.sinks * PairSum.block)

  /// Doubles of a block, and of a group.
  let blockStride: Int
  let groupStride: Int

  let blocks: Int
  let groups: Int

  /// Lays out a kernel over all modes for the sinks of a rank.
  init(_ kernel: RateKernel, modes: Int, owned: Range<Int>) {
    var parts: [Part] = []
    var contents: [(channels: [Channel], extra: [[Double]])] = []
    var (source, sink) = (0, 0)
    func append(_ channels: SeparableKernel, _ modulation: Modulation?) {
      guard !channels.channels.isEmpty else { return }
      let extra = modulation?.tables ?? []
      let count = channels.channels.count
      // Parts keep no tables: the modulation is stripped to its numbers.
      parts.append(
        Part(modulation: modulation?.stripped, channels: count, source: source, sink: sink)
      )
      contents.append((channels.channels, extra))
      source += 2 * count + extra.count
      sink += PairSum.sinks * (2 * count + extra.count)
    }
    append(kernel.separable, nil)
    for part in kernel.modulated { append(part.channels, part.modulation) }

    self.parts = parts
    blocks = (modes + PairSum.block - 1) / PairSum.block
    groups = (owned.count + PairSum.sinks - 1) / PairSum.sinks
    blockStride = (source + 2) * PairSum.block
    groupStride = sink
    sources = AlignedVector(count: blocks * blockStride)
    sinks = AlignedVector(count: groups * groupStride)
    for (part, content) in zip(parts, contents) {
      fill(part, content.channels, content.extra, owned)
    }
  }

  /// n and h of a block.
  func occupations(of block: Int) -> UnsafeMutablePointer<Double> {
    sources.pointer + (block + 1) * blockStride - 2 * PairSum.block
  }

  private func fill(
    _ part: Part,
    _ channels: [Channel],
    _ extra: [[Double]],
    _ owned: Range<Int>
  ) {
    func setSource(_ table: Int, _ values: [Double]) {
      for (mode, value) in values.enumerated() {
        let (block, place) = mode.quotientAndRemainder(dividingBy: PairSum.block)
        sources[block * blockStride + (part.source + table) * PairSum.block + place] = value
      }
    }
    func setSink(_ table: Int, _ value: (Int) -> Double) {
      for (row, mode) in owned.enumerated() {
        let (group, place) = row.quotientAndRemainder(dividingBy: PairSum.sinks)
        sinks[group * groupStride + part.sink + PairSum.sinks * table + place] = value(mode)
      }
    }
    for (r, channel) in channels.enumerated() {
      setSource(2 * r, channel.source)
      setSource(2 * r + 1, channel.sink)
      setSink(2 * r) { channel.coupling * channel.sink[$0] }
      setSink(2 * r + 1) { channel.coupling * channel.source[$0] }
    }
    for (index, table) in extra.enumerated() {
      setSource(2 * channels.count + index, table)
      setSink(2 * channels.count + index) { table[$0] }
    }
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
