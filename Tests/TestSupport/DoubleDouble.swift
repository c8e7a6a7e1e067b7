/// An unevaluated sum of two doubles: 106 bits, to compare results of 53 bits with.
///
/// T. J. Dekker, Numer. Math. 18, 224 (1971).
package struct DoubleDouble: Sendable {
  /// The number rounded to a double.
  package let high: Double

  /// What is missing.
  package let low: Double

  /// The exact value of a double.
  package init(_ value: Double) { (high, low) = (value, 0) }

  private init(sum a: Double, _ b: Double) {
    high = a + b
    let part = high - a
    low = (a - (high - part)) + (b - part)
  }

  /// π, to 107 bits.
  package static let pi = DoubleDouble(sum: 0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53)

  private static let logarithmOfTwo = DoubleDouble(
    sum: 0x1.62e42fefa39efp-1,
    0x1.abc9e3b39803fp-56
  )

  package static prefix func - (a: Self) -> Self { Self(sum: -a.high, -a.low) }

  package static func + (a: Self, b: Self) -> Self {
    let high = Self(sum: a.high, b.high)
    let low = Self(sum: a.low, b.low)
    let once = Self(sum: high.high, high.low + low.high)
    return Self(sum: once.high, once.low + low.low)
  }

  package static func - (a: Self, b: Self) -> Self { a + -b }

  package static func * (a: Self, b: Self) -> Self {
    let product = a.high * b.high
    let rounding = (-product).addingProduct(a.high, b.high)
    return Self(sum: product, rounding + (a.high * b.low + a.low * b.high))
  }

  package static func / (a: Self, b: Self) -> Self {
    let first = a.high / b.high
    var rest = a - b * Self(first)
    let second = rest.high / b.high
    rest = rest - b * Self(second)
    return Self(sum: first, second) + Self(rest.high / b.high)
  }

  package static func += (a: inout Self, b: Self) { a = a + b }

  /// |x|.
  package var magnitude: Self { high < 0 ? -self : self }

  /// The distance of a double from this number, in units of the last place of this number.
  package func ulps(of value: Double) -> Double {
    guard value != high || low != 0 else { return 0 }
    return abs((Self(value) - self).high) / high.ulp
  }

  /// e^x as a power of two times a number near 1, which never overflows nor loses its low part.
  package static func scaledExp(_ x: Self) -> (significand: Self, exponent: Int) {
    // x = k ln 2 + 64 r: e^x = 2^k (e^r)^64
    let k = (x.high / logarithmOfTwo.high).rounded()
    let r = (x - logarithmOfTwo * Self(k)) * Self(1.0 / 64)
    var (term, sum) = (Self(1), Self(1))
    for n in 1...18 {
      term = term * r / Self(Double(n))
      sum += term
    }
    for _ in 0..<6 { sum = sum * sum }
    return (sum, Int(k))
  }

  /// e^x, for results well inside the normal doubles.
  package static func exp(_ x: Self) -> Self {
    let (significand, exponent) = scaledExp(x)
    // Two halves, for 2^k alone may overflow.
    let first = Double(sign: .plus, exponent: exponent / 2, significand: 1)
    let second = Double(sign: .plus, exponent: exponent - exponent / 2, significand: 1)
    return Self(
      sum: significand.high * first * second,
      significand.low * first * second
    )
  }

  /// The distance of a double from e^x, in units of the last place of e^x.
  package static func ulps(of value: Double, fromExpOf x: Double) -> Double {
    let (significand, exponent) = scaledExp(Self(x))
    let first = Double(sign: .plus, exponent: -(exponent / 2), significand: 1)
    let second = Double(sign: .plus, exponent: exponent / 2 - exponent, significand: 1)
    return significand.ulps(of: value * first * second)
  }

  /// cos(π p / q) and sin(π p / q).
  package static func circle(_ p: Int, over q: Int) -> (cosine: Self, sine: Self) {
    let turn = p % (2 * q)
    let rest = turn > q ? turn - 2 * q : (turn <= -q ? turn + 2 * q : turn)
    return circle(pi * Self(Double(rest)) / Self(Double(q)))
  }

  /// cos x and sin x, to 1e-31 of a turn for each turn.
  package static func circle(_ angle: Self) -> (cosine: Self, sine: Self) {
    let turns = (angle / (pi + pi)).high.rounded()
    let x = angle - (pi + pi) * Self(turns)
    var (cosine, sine) = (Self(0), Self(0))
    var term = Self(1)
    for n in 0..<60 {
      switch n % 4 {
      case 0: cosine += term
      case 1: sine += term
      case 2: cosine += -term
      default: sine += -term
      }
      term = term * x / Self(Double(n + 1))
    }
    return (cosine, sine)
  }
}
