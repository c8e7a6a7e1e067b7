/// Returns e^x for each lane, to less than one unit in the last place for −708 ≤ x ≤ 709.
///
/// With x = k ln 2 + r and |r| ≤ (ln 2)/2, e^x = 2^k (1 + r + r² P(r)); P has degree 9 and was fitted
/// at Chebyshev points to 1.6e-17, relative to e^r. Below −708 the result is e^−708 ≈ 3.3e-308, so
/// that it is never zero or subnormal; above 709 it is infinite; NaN stays NaN.
///
/// - Complexity: 21 vector instructions where there is a fused multiply-add.
@inlinable @inline(__always)
public func exponential(_ argument: Vector) -> Vector {
  let x = argument.replacing(with: -708, where: argument .< Vector(repeating: -708))

  // Round x / ln 2 to an integer k; it then stands in the low bits of the shifted sum.
  let shift = Vector(repeating: 0x1.8p52)
  let shifted = multiplyAdd(x, Vector(repeating: 0x1.71547652b82fep+0), shift)
  let k = shifted - shift

  // r = x − k ln 2, with ln 2 in two parts of which the first has 21 bits.
  let partial = multiplyAdd(k, Vector(repeating: -0.6931467056274414), x)
  let r = multiplyAdd(k, Vector(repeating: -4.7493250390316726e-07), partial)

  var p = Vector(repeating: 0x1.af38a9b0ec855p-26)
  p = multiplyAdd(p, r, Vector(repeating: 0x1.289185613a3d6p-22))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.71de0dae63bb3p-19))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.a019b90d2ae7ap-16))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.a01a01a7c41d5p-13))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.6c16c1788bd90p-10))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.11111111109b3p-7))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.5555555553d63p-5))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.5555555555556p-3))
  p = multiplyAdd(p, r, Vector(repeating: 0x1.0000000000001p-1))

  // e^r = 1 + r (1 + r P(r)), times 2^k by an addition to the exponent.
  p = multiplyAdd(p, r, Vector(repeating: 1))
  let series = multiplyAdd(p, r, Vector(repeating: 1))
  let power = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &<< 52
  let result = unsafeBitCast(unsafeBitCast(series, to: SIMD8<Int64>.self) &+ power, to: Vector.self)
  // Infinity, or what is not a number.
  let others = argument * Double.infinity
  return result.replacing(with: others, where: .!(argument .<= Vector(repeating: 709)))
}
