import VectorMath

/// Sums over all modes of all ranks that have the same bits on any number of ranks.
///
/// Each sum is a fixed-point number of four integers, in units of 2^E (carries), 2^(E−42),
/// 2^(E−84) and 2^(E−126), where 2^E bounds its terms. Integers add in any order to the same
/// result, so one Allreduce of `4 · count + 1` of them finishes all sums; the last integer counts
/// what was not finite or out of the window, and makes all ranks agree that the sums are invalid.
///
/// A sum is exact but for the rounding of each term to a multiple of 2^(E−126), at most 2^(E−127)
/// for each. Up to 2²⁰ ranks fit into the head room.
public struct ExactSums: Sendable {
  /// The constants of each sum's window.
  public let windows: [FoldWindow]

  private let exponents: [Int]
  private var message: [Int64]

  /// Integers of one sum.
  static let limbs = 4

  /// Creates sums of terms |x| < 2^`exponents[i]`.
  public init(exponents: [Int]) {
    self.exponents = exponents
    windows = exponents.map(FoldWindow.init)
    message = [Int64](repeating: 0, count: exponents.count * ExactSums.limbs + 1)
  }

  /// The number of sums.
  public var count: Int { exponents.count }

  /// Sets all sums to zero.
  public mutating func reset() {
    for index in message.indices { message[index] = 0 }
  }

  /// Whether every term so far was finite and in its window; after `reduce`, on all ranks.
  public var isValid: Bool { message[message.count - 1] == 0 }

  /// Makes the sums invalid on all ranks once they are reduced, until they are reset: for terms that were
  /// found to be out of the window elsewhere.
  public mutating func invalidate() { message[message.count - 1] += 1 }

  /// Moves what an accumulator holds into the sum `index`, and empties it.
  ///
  /// - Complexity: 24 conversions; once for each 1024 vectors it costs nothing that is measurable.
  public mutating func absorb(_ accumulator: inout FoldAccumulator, into index: Int) {
    let exponent = exponents[index]
    let bits = FoldAccumulator.foldBits
    // 1024 terms below 2^E; the comparison fails for NaN too.
    let bound = ExactSums.power(exponent + 10)
    let sound = (accumulator.high .<= bound) .& (accumulator.high .>= -bound)
    guard all(sound) else {
      message[message.count - 1] += 1
      accumulator = FoldAccumulator()
      return
    }
    let base = index * ExactSums.limbs
    func integer(_ folds: Vector, _ fold: Int) -> Int64 {
      let integers = folds * ExactSums.power(fold * bits - exponent)
      var sum: Int64 = 0
      // Below 2⁵³ each.
      for lane in 0..<Vector.scalarCount { sum &+= Int64(integers[lane]) }
      return sum
    }
    message[base + 1] += integer(accumulator.high, 1)
    message[base + 2] += integer(accumulator.middle, 2)
    message[base + 3] += integer(accumulator.low, 3)
    carry(base)
    accumulator = FoldAccumulator()
  }

  /// 2^exponent, of a normal number.
  @inline(__always)
  private static func power(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(exponent + 1023) << 52)
  }

  /// Adds one term to sum `index`; for the few that do not come in vectors.
  public mutating func add(_ term: Double, to index: Int) {
    guard abs(term) < Double(sign: .plus, exponent: exponents[index], significand: 1) else {
      message[message.count - 1] += 1
      return
    }
    var accumulator = FoldAccumulator()
    var lane = Vector.zero
    lane[0] = term
    accumulator.add(lane, windows[index])
    absorb(&accumulator, into: index)
  }

  /// Adds up what all ranks hold.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: One Allreduce of 4 · count + 1 integers, no allocation.
  public mutating func reduce(over communicator: some Communicator) throws(CommunicationError) {
    var span = message.mutableSpan
    try communicator.sum(&span)
    for index in 0..<count { carry(index * ExactSums.limbs) }
  }

  /// Adds up what all ranks hold of two groups of sums, and of some integers, in one message.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - other: Reduced, too.
  ///   - integers: On return their sums, which must be below 2⁶³.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: One Allreduce of as many integers as both have, and those given.
  public mutating func reduce(
    with other: inout ExactSums,
    integers: inout [Int64],
    over communicator: some Communicator
  ) throws(CommunicationError) {
    var all = message + other.message + integers
    var span = all.mutableSpan
    try communicator.sum(&span)
    let (first, second) = (message.count, message.count + other.message.count)
    for index in message.indices { message[index] = all[index] }
    for index in other.message.indices { other.message[index] = all[first + index] }
    for index in integers.indices { integers[index] = all[second + index] }
    for index in 0..<count { carry(index * ExactSums.limbs) }
    for index in 0..<other.count { other.carry(index * ExactSums.limbs) }
  }

  /// The value of sum `index`, correct to the last place; NaN if the sums are not valid.
  public func value(_ index: Int) -> Double {
    guard isValid else { return .nan }
    let base = index * ExactSums.limbs
    // Smallest first; normalised limbs are a unique form, so equal sums have equal bits.
    var value = 0.0
    for limb in stride(from: ExactSums.limbs - 1, through: 0, by: -1) {
      let power = exponents[index] - limb * FoldAccumulator.foldBits
      value += Double(message[base + limb]) * ExactSums.power(power)
    }
    return value
  }

  /// Brings the three lower limbs of a sum into −2⁴¹ ..< 2⁴¹.
  private mutating func carry(_ base: Int) {
    let bits = Int64(FoldAccumulator.foldBits)
    for limb in stride(from: ExactSums.limbs - 1, to: 0, by: -1) {
      let excess = (message[base + limb] + (1 << (bits - 1))) >> bits
      message[base + limb] -= excess << bits
      message[base + limb - 1] += excess
    }
  }
}
