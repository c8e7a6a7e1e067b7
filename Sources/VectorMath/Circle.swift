/// Returns cos(π x / L) and sin(π x / L) for each lane, |x| < 4 L, by reduction to the first octant.
///
/// Exact at multiples of π/2, even and odd in x bit for bit, and right to three units in the last place:
/// the angle has the roundings of π, of π/L and of a product. Where x/L is an odd multiple of
/// 1/4 both have the modulus √½ exactly rounded.
///
/// With an angle a in the first octant sin a = a + a³ P(a²), cos a = 1 − a²/2 + a⁴ Q(a²); P and Q have degree 5 and
/// were fitted at Chebyshev points to 2.1e-17 and 1.3e-18, relative to sine and cosine.
///
/// - Parameters:
///   - x: The angles in units of π/L.
///   - extent: L > 0.
/// - Returns: Both, in −1 … 1.
/// - Complexity: some forty vector instructions.
@inlinable @inline(__always)
public func circle(_ x: Vector, _ extent: Double) -> (cosine: Vector, sine: Vector) {
  let turn = Vector(repeating: 2 * extent)
  let half = Vector(repeating: extent)

  // To the first quadrant, with the signs of both.
  var y = x.replacing(with: -x, where: x .< Vector.zero)
  var sineSign = Vector(repeating: 1).replacing(with: -1, where: x .< Vector.zero)
  y = y.replacing(with: y - turn, where: y .>= turn)
  let isLower = y .> half
  y = y.replacing(with: turn - y, where: isLower)
  sineSign = sineSign.replacing(with: -sineSign, where: isLower)
  let isLeft = (y + y) .> half
  y = y.replacing(with: half - y, where: isLeft)
  let cosineSign = Vector(repeating: 1).replacing(with: -1, where: isLeft)

  // To the first octant, by exchange of sine and cosine.
  let quarter = 4 * y
  let isUpper = quarter .> half
  let reduced = y.replacing(with: Vector(repeating: extent / 2) - y, where: isUpper)
  let angle = reduced * Vector(repeating: .pi / extent)

  let z = angle * angle
  var p = Vector(repeating: 0x1.5e0b19f38405ap-33)
  p = multiplyAdd(p, z, Vector(repeating: -0x1.ae600b02a7c74p-26))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.71de37968a024p-19))
  p = multiplyAdd(p, z, Vector(repeating: -0x1.a01a019e83aaep-13))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.1111111110bb2p-7))
  p = multiplyAdd(p, z, Vector(repeating: -0x1.5555555555555p-3))
  let small = multiplyAdd(angle, z * p, angle)

  var q = Vector(repeating: -0x1.907da36274fc5p-37)
  q = multiplyAdd(q, z, Vector(repeating: 0x1.1eeb68e934339p-29))
  q = multiplyAdd(q, z, Vector(repeating: -0x1.27e4fa17da030p-22))
  q = multiplyAdd(q, z, Vector(repeating: 0x1.a01a019f4eb00p-16))
  q = multiplyAdd(q, z, Vector(repeating: -0x1.6c16c16c16967p-10))
  q = multiplyAdd(q, z, Vector(repeating: 0x1.5555555555555p-5))
  // What rounding takes from 1 − a²/2 is given back with the small last term.
  let leading = 1 - 0.5 * z
  let rest = (1 - leading) - 0.5 * z
  let large = leading + multiplyAdd(z * z, q, rest)

  let isDiagonal = quarter .== half
  let diagonal = Vector(repeating: 0.5.squareRoot())
  let sine = small.replacing(with: large, where: isUpper).replacing(
    with: diagonal,
    where: isDiagonal
  )
  let cosine = large.replacing(with: small, where: isUpper)
    .replacing(with: diagonal, where: isDiagonal)
  return (cosineSign * cosine, sineSign * sine)
}
