/// Sums vectors exactly: three folds of fixed point, whatever the order of the terms.
///
/// A term x with |x| < 2^E is cut into pieces q₁ + q₂ + q₃ that are integer multiples of
/// 2^(E−42), 2^(E−84) and 2^(E−126): q = (x + C) − C rounds x to the last place of C. The pieces of
/// one fold add up without rounding until 2¹⁰ terms have met in a lane; then they must be taken out
/// (`ExactSums.absorb`). What falls below 2^(E−127) is rounded once, for each term by itself, so
/// that the sum depends neither on the order of the terms nor on how ranks share them.
///
/// J. Demmel, H. D. Nguyen, "Parallel reproducible summation", IEEE Trans. Comput. 64, 2060 (2015).
@frozen
public struct FoldAccumulator: BitwiseCopyable, Sendable {
  /// Bits of a fold.
  @inlinable public static var foldBits: Int { 42 }

  /// Bits between the windows of two accumulators, of which the second takes what the first leaves.
  @inlinable public static var span: Int { 3 * foldBits }

  /// The number of terms that a lane may take between two calls of `ExactSums.absorb`.
  @inlinable public static var capacity: Int { 1024 }

  /// Sums of the pieces, largest unit first.
  public var high = Vector.zero
  /// Sums of the second pieces.
  public var middle = Vector.zero
  /// Sums of the third pieces.
  public var low = Vector.zero

  /// Creates an empty accumulator.
  @inlinable @inline(__always)
  public init() {}

  /// Adds one term to each lane.
  ///
  /// Terms must be below 2^E by construction, or non-negative: then `absorb` finds those that
  /// are not. NaN and infinity are always found there.
  ///
  /// - Returns: What falls below the third fold, less than 2^(E−126): the term of a second
  ///   accumulator, whose window begins there, where three folds do not span the terms.
  @inlinable @inline(__always) @discardableResult
  public mutating func add(_ term: Vector, _ window: FoldWindow) -> Vector {
    let first = (term + window.high) - window.high
    let rest = term - first
    let second = (rest + window.middle) - window.middle
    let last = rest - second
    high += first
    middle += second
    let third = (last + window.low) - window.low
    low += third
    return last - third
  }

  /// Adds one term to each lane in two folds: what falls below 2^(E−84) is rounded.
  ///
  /// For sums that only steer an iteration, or whose terms range little; they have the same bits in any
  /// order, too.
  @inlinable @inline(__always)
  public mutating func addInTwoFolds(_ term: Vector, _ window: FoldWindow) {
    let first = (term + window.high) - window.high
    let rest = term - first
    high += first
    middle += (rest + window.middle) - window.middle
  }

  /// Adds the product of two numbers to each lane in one fold: what falls below 2^(E−42) is rounded,
  /// once where the product is fused.
  @inlinable @inline(__always)
  public mutating func addProductInOneFold(_ a: Vector, _ b: Vector, _ window: FoldWindow) {
    high += multiplyAdd(a, b, window.high) - window.high
  }
}

/// The three constants that round to the units of a window |x| < 2^E.
@frozen
public struct FoldWindow: BitwiseCopyable, Sendable {
  /// 1.5 · 2^(E+10): its last place is 2^(E−42).
  public let high: Vector
  /// 1.5 · 2^(E−32): its last place is 2^(E−84).
  public let middle: Vector
  /// 1.5 · 2^(E−74): its last place is 2^(E−126).
  public let low: Vector

  /// The window of terms below 2^`exponent`; −800 ≤ exponent ≤ 1000.
  @inlinable
  public init(exponent: Int) {
    precondition((-800...1000).contains(exponent), "window outside of the doubles")
    func constant(_ power: Int) -> Vector {
      Vector(repeating: Double(sign: .plus, exponent: power, significand: 1.5))
    }
    high = constant(exponent + 10)
    middle = constant(exponent - 32)
    low = constant(exponent - 74)
  }
}
