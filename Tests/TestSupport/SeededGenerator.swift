/// Random numbers that are the same in every run: a linear congruential generator of 64 bits with
/// the permutation of its upper half.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Creates a generator; different seeds give different numbers.
  package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let upper = (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return upper ^ (upper >> 32)
  }

  /// Doubles, each uniform in a range.
  package mutating func doubles(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }
}
