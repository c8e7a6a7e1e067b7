import VectorMath

/// n = 1/(1 + e^λ) and h = 1/(1 + e^−λ), both to full relative precision in both tails; h is not 1 − n.
///
/// With e = e^−|λ| one is 1/(1 + e) and the other e/(1 + e). NaN stays NaN.
///
/// - Complexity: one exponential and one division for eight modes.
@inlinable @inline(__always)
public func occupations(_ lambda: Vector) -> (occupation: Vector, vacancy: Vector) {
  let positive = lambda .> Vector.zero
  let small = exponential(lambda.replacing(with: -lambda, where: positive))
  let majority = 1 / (1 + small)
  let minority = small * majority
  return (
    majority.replacing(with: minority, where: positive),
    minority.replacing(with: majority, where: positive)
  )
}

/// n and h of one mode, as of eight.
package func occupations(_ lambda: Double) -> (occupation: Double, vacancy: Double) {
  let (n, h) = occupations(Vector(repeating: lambda))
  return (n[0], h[0])
}

/// n, or −h = n − 1 of a mode that is more than half filled, and whether it is.
///
/// So the particles and holes of an insulator are summed with all their digits, where those of Σ n would be lost in the
/// rounding of their number.
@inline(__always)
func signedOccupation(
  _ n: Vector,
  _ h: Vector
) -> (value: Vector, isFilled: SIMDMask<SIMD8<Int64>>) {
  let isFilled = h .< n
  return (n.replacing(with: -h, where: isFilled), isFilled)
}

/// n, h, 1/n and 1/h, with one exponential and two divisions.
@inline(__always)
func occupationsAndInverses(
  _ lambda: Vector
) -> (occupation: Vector, vacancy: Vector, perOccupation: Vector, perVacancy: Vector) {
  let positive = lambda .> Vector.zero
  let small = exponential(lambda.replacing(with: -lambda, where: positive))
  let perMajority = 1 + small
  let majority = 1 / perMajority
  let minority = small * majority
  let perMinority = perMajority / small
  return (
    majority.replacing(with: minority, where: positive),
    minority.replacing(with: majority, where: positive),
    perMajority.replacing(with: perMinority, where: positive),
    perMinority.replacing(with: perMajority, where: positive)
  )
}

/// 1/n = 1 + e^λ and 1/h = 1 + e^−λ.
@inlinable @inline(__always)
public func inverseOccupations(_ lambda: Vector) -> (occupation: Vector, vacancy: Vector) {
  let positive = lambda .> Vector.zero
  let small = exponential(lambda.replacing(with: -lambda, where: positive))
  let majority = 1 + small
  let minority = majority / small
  return (
    majority.replacing(with: minority, where: positive),
    minority.replacing(with: majority, where: positive)
  )
}
