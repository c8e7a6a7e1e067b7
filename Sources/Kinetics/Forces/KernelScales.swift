import Communication
import Dissipation

/// The powers of two by which the tables of a kernel are divided, and what else sums must know of them.
struct KernelScales: Sendable, Equatable {
  /// For f_0, g_0, f_1 … an exponent with |value| < 2^exponent.
  private(set) var exponents: [Int]

  /// For each table whether no value of it is negative, on any rank.
  let isNonnegative: [Bool]

  /// Binary orders of magnitude between the largest and the smallest factor that is not zero.
  private(set) var range: Int

  /// What table f_r for even and g_r for odd `index`, r = index/2, is divided by.
  subscript(index: Int) -> Double {
    Double(sign: .plus, exponent: exponents[index], significand: 1)
  }

  /// Scales that are known.
  init(exponents: [Int], isNonnegative: [Bool], range: Int) {
    self.exponents = exponents
    self.isNonnegative = isNonnegative
    self.range = range
  }

  /// Scales with room for factors twice as large, and half as small, as those seen.
  var widened: KernelScales {
    KernelScales(
      exponents: exponents.map { $0 + 1 },
      isNonnegative: isNonnegative,
      range: range + 2
    )
  }

  /// Looks at the tables.
  ///
  /// Collective: the ranks agree on the scales.
  init(
    of kernel: SeparableKernel,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    var tables = [TableExtremes](repeating: TableExtremes(), count: 2 * kernel.channels.count)
    tables.add(kernel)
    try self.init(of: tables, over: communicator)
  }

  /// The scales of tables that have been looked at.
  ///
  /// Collective: the ranks agree on the scales.
  init(
    of tables: [TableExtremes],
    over communicator: some Communicator
  ) throws(CommunicationError) {
    // Of each table the largest and the smallest magnitude, as exponents of two, and its sign.
    let none = Int64.min / 2
    var extremes = [Int64](repeating: none, count: 3 * tables.count)
    for (index, table) in tables.enumerated() where table.largest > 0 {
      extremes[3 * index] = Int64(table.largest.exponent)
      extremes[3 * index + 1] = -Int64(table.smallest.exponent)
      if table.hasNegative { extremes[3 * index + 2] = 1 }
    }
    if !extremes.isEmpty {
      var span = extremes.mutableSpan
      try communicator.maximum(&span)
    }
    exponents = []
    range = 0
    for index in tables.indices {
      let (top, bottom) = (extremes[3 * index], -extremes[3 * index + 1])
      exponents.append(top > none ? Int(top) + 1 : 0)
      if top > none { range = max(range, Int(top - bottom)) }
    }
    isNonnegative = tables.indices.map { extremes[3 * $0 + 2] <= 0 }
  }
}
