/// Returns ln x for each lane, to less than one unit in the last place for normal x > 0.
///
/// With x = 2^k (1 + f), √½ < 1 + f < √2 and s = f/(2 + f),
///
///     ln x = k ln 2 + f − f²/2 + s (f²/2 + R(s²)),        R(z) = ln((1 + s)/(1 − s))/s − 2
///
/// R is the polynomial of degree 7 in z of fdlibm (e_log.c, Sun Microsystems 1993), good to 2^−58.5. Below
/// the normal numbers x counts as 2^−1022; ln 0 = −∞, ln ∞ = ∞, and NaN for x < 0 and NaN.
///
/// - Complexity: 28 vector instructions and a division.
@inlinable @inline(__always)
public func logarithm(_ argument: Vector) -> Vector {
  let smallest = Vector(repeating: Double.leastNormalMagnitude)
  let x = argument.replacing(with: smallest, where: argument .< smallest)

  // k from the exponent of x/√½, so that what remains of x is between √½ and √2.
  let bits = unsafeBitCast(x, to: SIMD8<Int64>.self)
  let exponents = (bits &- 0x3FE6_A09E_667F_3BCD) &>> 52
  let remainder = unsafeBitCast(bits &- (exponents &<< 52), to: Vector.self)
  let k = numbers(exponents)

  let f = remainder - 1
  let s = f / (2 + f)
  let z = s * s
  var r = Vector(repeating: 1.479819860511658591e-01)
  r = multiplyAdd(r, z, Vector(repeating: 1.531383769920937332e-01))
  r = multiplyAdd(r, z, Vector(repeating: 1.818357216161805012e-01))
  r = multiplyAdd(r, z, Vector(repeating: 2.222219843214978396e-01))
  r = multiplyAdd(r, z, Vector(repeating: 2.857142874366239149e-01))
  r = multiplyAdd(r, z, Vector(repeating: 3.999999999940941908e-01))
  r = multiplyAdd(r, z, Vector(repeating: 6.666666666666735130e-01))
  let half = 0.5 * f * f
  let correction = s * multiplyAdd(r, z, half)

  // k ln 2 in two parts, of which the first has 32 bits.
  let low = multiplyAdd(k, Vector(repeating: 1.90821492927058770002e-10), correction)
  let high = k * Vector(repeating: 6.93147180369123816490e-01)
  // |high| ≥ |f| or high = 0, so that what rounding takes from high + f is known exactly.
  let sum = high + f
  let lost = f - (sum - high)
  let result = sum + (lost - (half - low))
  return
    result
    .replacing(with: -.infinity, where: argument .== Vector.zero)
    .replacing(with: .infinity, where: argument .== Vector(repeating: .infinity))
    .replacing(with: .nan, where: argument .< Vector.zero)
    .replacing(with: .nan, where: argument .!= argument)
}

/// Returns ln(a/b) for each lane, to less than two units in the last place, for 2^−1021 ≤ a, b ≤ 2^1022.
///
/// With a = 2^k c, ⅔ ≤ c/b ≤ 3/2 and s = (c − b)/(c + b), of which the numerator is exact,
///
///     ln(a/b) = k ln 2 + 2 artanh s = k ln 2 + 2 s + s³ P(s²),        |s| ≤ 1/5
///
/// P has degree 7 and was fitted at Chebyshev points to 7.5e-19, relative to artanh s. Near a = b this keeps digits
/// that are lost in a quotient.
///
/// - Precondition: `haveLogarithm(a, over: b)`; in other lanes the result means nothing.
/// - Complexity: 27 vector instructions and a division.
@inlinable @inline(__always)
public func logarithm(of a: Vector, over b: Vector) -> Vector {
  // The difference of the bits is log₂(a/b) in units of 2⁻⁵², to 0.09 or less; k is the nearest integer.
  let difference =
    unsafeBitCast(a, to: SIMD8<Int64>.self) &- unsafeBitCast(b, to: SIMD8<Int64>.self)
  let exponents = (difference &+ (1 << 51)) &>> 52
  let c = unsafeBitCast(
    unsafeBitCast(a, to: SIMD8<Int64>.self) &- (exponents &<< 52),
    to: Vector.self
  )
  let k = numbers(exponents)

  let s = (c - b) / (c + b)
  let z = s * s
  var p = Vector(repeating: 0x1.16d0d0a09926bp-3)
  p = multiplyAdd(p, z, Vector(repeating: 0x1.0e857c4765545p-3))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.3b2a29705fb2cp-3))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.745caa083f891p-3))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.c71c72e6a0bf3p-3))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.24924923d8d53p-2))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.9999999999f4ap-2))
  p = multiplyAdd(p, z, Vector(repeating: 0x1.5555555555555p-1))

  // k ln 2 in two parts, of which the first has 32 bits.
  let low = multiplyAdd(k, Vector(repeating: 1.90821492927058770002e-10), s * z * p)
  let high = k * Vector(repeating: 6.93147180369123816490e-01)
  // |high| ≥ |2s| or high = 0, so that what rounding takes from high + 2s is known exactly.
  let twice = s + s
  let sum = high + twice
  return sum + ((twice - (sum - high)) + low)
}

/// Which lanes of both are positive, and so far within the normal numbers that `logarithm(of:over:)` holds.
@inlinable @inline(__always)
public func haveLogarithm(_ a: Vector, over b: Vector) -> SIMDMask<SIMD8<Int64>> {
  let smallest = Vector(repeating: 0x1p-1021)
  let largest = Vector(repeating: 0x1p1022)
  return (a .>= smallest) .& (b .>= smallest) .& (a .<= largest) .& (b .<= largest)
}

/// Integers below 2^51 in magnitude as doubles: they stand in the low bits of 1.5 · 2^52.
@inlinable @inline(__always)
func numbers(_ integers: SIMD8<Int64>) -> Vector {
  let shift = 0x1.8p52
  return unsafeBitCast(integers &+ Int64(bitPattern: shift.bitPattern), to: Vector.self) - shift
}
