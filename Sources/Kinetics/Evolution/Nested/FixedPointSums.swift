import Communication
import VectorMath

/// Sums in units that are known beforehand, the same on any number of ranks.
///
/// Where |x| < 2^E, the bits of x + 1.5 · 2^(E+1), read as an integer, are those of 1.5 · 2^(E+1) plus x in units of
/// 2^(E−51): one rounding for each term by itself. Integers add in any order to the same result, modulo 2⁶⁴ too, so
/// that a term costs one multiply-add and one integer addition: less than a third of a `FoldAccumulator`, which
/// needs no unit of its own but more bits. A term beyond its window counts too little, but is counted.
struct FixedPointSums: ~Copyable {
  /// Sums of a tile, upper and lower 32 bits apart so that 2³¹ tiles fit; the last slot counts tiles with
  /// something that must not be.
  private var message: [Int64]

  /// The number of sums.
  let count: Int

  /// Creates sums of zero.
  init(count: Int) {
    self.count = count
    message = [Int64](repeating: 0, count: 2 * count + 1)
  }

  /// Sets all sums to zero.
  mutating func reset() { for index in message.indices { message[index] = 0 } }

  /// 1.5 · 2^(E+1) of a window; its last place is the unit.
  static func shift(exponent: Int) -> Double {
    Double(sign: .plus, exponent: max(-900, exponent) + 1, significand: 1.5)
  }

  /// Adds Σ a(m) b(m) over a tile to a sum.
  ///
  /// - Parameters:
  ///   - index: The sum.
  ///   - a: A table, from the first mode of the tile on.
  ///   - b: Another one.
  ///   - shift: That of the sum's window.
  ///   - size: At most `ScaledKernel.tile` modes, whole vectors.
  @inline(__always)
  mutating func add(
    _ index: Int,
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    shift: Double,
    count size: Int
  ) {
    var lanes = SIMD8<Int64>.zero
    let high = Vector(repeating: shift)
    var mode = 0
    while mode < size {
      let shifted = multiplyAdd(a.vector(at: mode), b.vector(at: mode), high)
      lanes = lanes &+ unsafeBitCast(shifted, to: SIMD8<Int64>.self)
      mode &+= Vector.scalarCount
    }
    // Below 2⁶⁰, once the bits of the shifts are gone.
    let sum = lanes.wrappedSum() &- Int64(bitPattern: shift.bitPattern) &* Int64(size)
    message[2 * index] &+= sum >> 32
    message[2 * index + 1] &+= sum & 0xFFFF_FFFF
  }

  /// Counts a tile with something that must not be.
  mutating func flag() { message[2 * count] += 1 }

  /// Adds up what all ranks hold.
  ///
  /// Collective.
  mutating func reduce(over communicator: some Communicator) throws(CommunicationError) {
    var span = message.mutableSpan
    try communicator.sum(&span)
  }

  /// Whether no rank has flagged a tile.
  var isValid: Bool { message[2 * count] == 0 }

  /// The value of a sum; to be called after `reduce`.
  func value(_ index: Int, shift: Double) -> Double {
    (Double(message[2 * index]) * 0x1p32 + Double(message[2 * index + 1])) * shift.ulp
  }
}
