import VectorMath

/// The two bands m ± R of [[m + d, c], [c*, m − d]] for eight momenta, with R = √(d² + |c|²).
///
/// The + band is (R + |d|, c*)/√(2R(R + |d|)) for d ≥ 0 and (c, R + |d|)/√(…) for d < 0, so that nothing
/// cancels; the − band is orthogonal to it. At R = 0 any two vectors serve.
struct PairEigensystem {
  /// m + R and m − R.
  let upper: Vector
  let lower: Vector

  /// Re and Im of the + band's two components; the − band's are −(the second)* and (the first)*.
  let first: (real: Vector, imaginary: Vector)
  let second: (real: Vector, imaginary: Vector)

  /// The largest |H_ab|.
  let scale: Vector

  init(_ h11: Vector, _ h22: Vector, _ c: (real: Vector, imaginary: Vector)) {
    let mean = (h11 + h22) / 2
    let d = (h11 - h22) / 2
    let size = magnitude(d)

    // Squares must neither overflow nor vanish: all in units of a power of two near the largest.
    let largest = larger(size, larger(magnitude(c.real), magnitude(c.imaginary)))
    let unit = PairEigensystem.power(below: largest)
    let (x, y, z) = (size / unit, c.real / unit, c.imaginary / unit)
    let offDiagonal = y * y + z * z
    let radius = (x * x + offDiagonal).squareRoot()
    let sum = radius + x
    let norm = (2 * radius * sum).squareRoot()

    let isZero = norm .== Vector.zero
    let one = Vector(repeating: 1)
    let large = (sum / (2 * radius)).squareRoot().replacing(with: one, where: isZero)
    let smallReal = (y / norm).replacing(with: 0, where: isZero)
    let smallImaginary = (z / norm).replacing(with: 0, where: isZero)
    let isFlipped = d .< Vector.zero
    first = (
      large.replacing(with: smallReal, where: isFlipped),
      Vector.zero.replacing(with: smallImaginary, where: isFlipped)
    )
    second = (
      smallReal.replacing(with: large, where: isFlipped),
      (-smallImaginary).replacing(with: 0, where: isFlipped)
    )
    upper = mean + unit * radius
    lower = mean - unit * radius
    scale = larger(
      larger(magnitude(h11), magnitude(h22)),
      unit * offDiagonal.squareRoot()
    )
  }

  /// The power of two at or below each positive number; 1 for zero and what is not finite.
  private static func power(below x: Vector) -> Vector {
    let exponents = unsafeBitCast(x, to: SIMD8<Int64>.self) & 0x7FF0_0000_0000_0000
    let power = unsafeBitCast(exponents, to: Vector.self)
    let isUsable = (power .> Vector.zero) .& (power .< Vector(repeating: .infinity))
    return Vector(repeating: 1).replacing(with: power, where: isUsable)
  }
}
