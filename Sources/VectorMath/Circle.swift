/// Returns cos(π x / L) and sin(π x / L) for each lane, |x| < 4 L, by reduction to an eighth of a turn.
///
/// Exact at multiples of π/2, even and odd in x bit for bit, and right to three units in the last place:
/// the angle has the roundings of π, of π/L and of a product. Where x/L is an odd multiple of
/// 1/4 both have the modulus √½ exactly rounded.
///
/// With |a| ≤ π/4 sin a = a + a³ P(a²), cos a = 1 − a²/2 + a⁴ Q(a²); P and Q have degree 5 and
/// were fitted at Chebyshev points to 2.1e-17 and 1.3e-18, relative to sine and cosine.
///
/// - Parameters:
///   - x: The angles in units of π/L.
///   - extent: L > 0.
/// - Returns: Both, in −1 … 1.
/// - Complexity: some forty vector instructions.
@inlinable @inline(__always)
public func circle(_ x: Vector, _ extent: Double) -> (cosine: Vector, sine: Vector) {
  // To the nearest quarter turn q, whose number then stands in the low bits of the shifted quotient; x − q L/2 is exact.
  let shift = Vector(repeating: 0x1.8p52)
  let shifted = multiplyAdd(x, Vector(repeating: 2 / extent), shift)
  let reduced = multiplyAdd(shifted - shift, Vector(repeating: -extent / 2), x)
  let angle = reduced * Vector(repeating: .pi / extent)

  let z = angle * angle
  var p = Vector(repeating: 0x1.5e0b19f38405ap-33)
  p = multiplyAdd(p, z, Vector(repeating: -0x1.ae600b02a7c74p-26))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.71de37968a024p-19))
  p = multiplyAdd(p, z, Vector(repeating: -0x1.a01a019e83aaep-13))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.1111111110bb2p-7))
  p = multiplyAdd(p, z, Vector(repeating: -0x1.5555555555555p-3))
  var small = multiplyAdd(angle, z * p, angle)

  var q = Vector(repeating: -0x1.907da36274fc5p-37)
  q = multiplyAdd(q, z, Vector(repeating: 0x1.1eeb68e934339p-29))
  q = multiplyAdd(q, z, Vector(repeating: -0x1.27e4fa17da030p-22))
  q = multiplyAdd(q, z, Vector(repeating: 0x1.a01a019f4eb00p-16))
  q = multiplyAdd(q, z, Vector(repeating: -0x1.6c16c16c16967p-10))
  q = multiplyAdd(q, z, Vector(repeating: 0x1.5555555555555p-5))
  // What rounding takes from 1 − a²/2 is given back with the small last term.
  let leading = 1 - 0.5 * z
  let rest = (1 - leading) - 0.5 * z
  var large = leading + multiplyAdd(z * z, q, rest)

  let (above, below) = (
    reduced .== Vector(repeating: extent / 4), reduced .== Vector(repeating: -extent / 4)
  )
  if any(above .| below) {
    let diagonal = Vector(repeating: 0.5.squareRoot())
    large = large.replacing(with: diagonal, where: above .| below)
    small = small.replacing(with: diagonal, where: above).replacing(with: -diagonal, where: below)
  }

  // An odd quarter exchanges sine and cosine; quarters 2 and 3 turn the sign of the sine, 1 and 2 that of the cosine.
  let quarter = unsafeBitCast(shifted, to: SIMD8<Int64>.self)
  let isOdd = (quarter & 1) .!= 0
  let sine = small.replacing(with: large, where: isOdd)
  let cosine = large.replacing(with: small, where: isOdd)
  // −0 becomes 0.
  return (Vector.zero + turned(cosine, quarter &+ 1), turned(sine, quarter))
}

/// A number with its sign turned where bit 1 of the quarter is set.
@inlinable @inline(__always)
func turned(_ value: Vector, _ quarter: SIMD8<Int64>) -> Vector {
  let sign = (quarter &<< 62) & SIMD8<Int64>(repeating: .min)
  return unsafeBitCast(unsafeBitCast(value, to: SIMD8<Int64>.self) ^ sign, to: Vector.self)
}
