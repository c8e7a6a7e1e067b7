import Numerics
import VectorMath

extension MomentumGrid {
  /// Writes e^{−ik·r} of momenta that follow each other, a product of one factor for each direction.
  ///
  /// Cosine and sine are even and odd in k bit for bit, and exact at multiples of π/2. Momenta beyond the
  /// last are those of the last.
  ///
  /// - Parameters:
  ///   - real: On return numbers whose modulus with the imaginary parts is 1.
  ///   - imaginary: On return the imaginary parts.
  ///   - index: The flat index of the first momentum.
  ///   - count: Momenta, whole vectors.
  ///   - displacement: r, in unit cells.
  ///   - tables: Those of momenta before, if they had this displacement.
  func writePhases(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    from index: Int,
    count: Int,
    displacement: [Int],
    tables: CircleTables = CircleTables()
  ) {
    var stride = self.count
    var isFirst = true
    for direction in 0..<dimension {
      stride /= extents[direction]
      guard displacement[direction] != 0 else { continue }
      let write = { (real: UnsafeMutablePointer<Double>, imaginary: UnsafeMutablePointer<Double>) in
        writePhase(
          real,
          imaginary,
          index,
          count,
          displacement[direction],
          direction,
          stride,
          tables
        )
      }
      if isFirst {
        write(real, imaginary)
        isFirst = false
      } else {
        let other = Planes(count: 2, length: count) { write($0, $0 + count) }
        other.read { multiply(real, imaginary, by: $0, $0 + count, count: count) }
      }
    }
    guard isFirst else { return }
    real.update(repeating: 1, count: count)
    imaginary.update(repeating: 0, count: count)
  }

  /// Writes e^{−ik_a r} of one direction.
  private func writePhase(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    _ index: Int,
    _ count: Int,
    _ r: Int,
    _ direction: Int,
    _ stride: Int,
    _ tables: CircleTables
  ) {
    if stride == 1, let shift = rowShift(r, direction) {
      writeRows(real, imaginary, index, count, r, direction, shift, tables)
    } else if stride >= MomentumGrid.longRun {
      writeRuns(real, imaginary, index, count, r, direction, stride)
    } else {
      for place in Swift.stride(from: 0, to: count, by: Vector.scalarCount) {
        imaginary.store(halfTurns(from: index + place, r, direction, stride), at: place)
      }
      turn(real, imaginary, Double(extents[direction]), count: count)
    }
  }

  /// e^{−ik·r} of one momentum.
  ///
  /// - Parameters:
  ///   - coordinates: The indices j_a of the momentum.
  ///   - displacement: r, in unit cells.
  /// - Returns: A number of modulus 1.
  public func phase(at coordinates: [Int], displacement: [Int]) -> Complex<Double> {
    let index = zip(coordinates, extents).reduce(0) { $0 * $1.1 + $1.0 }
    let planes = Planes(count: 2, length: Vector.scalarCount) { start in
      let imaginary = start + Vector.scalarCount
      writePhases(
        start,
        imaginary,
        from: index,
        count: Vector.scalarCount,
        displacement: displacement
      )
    }
    return Complex(planes[0, 0], planes[1, 0])
  }

  /// cos(k/2) and sin(k/2) on a chain.
  ///
  /// - Parameter index: The flat index of the momentum.
  /// - Returns: Both, exact at multiples of π.
  public func halfAngle(at index: Int) -> (cosine: Double, sine: Double) {
    let x = Double(2 * index - extents[0]) + 2 * twists[0]
    let turn = Double(4 * extents[0])
    let (cosine, sine) = circle(
      Vector(repeating: x.truncatingRemainder(dividingBy: turn)),
      Double(2 * extents[0])
    )
    return (cosine[0], sine[0])
  }
}

/// Writes e^{−iπx/L}.
///
/// - Parameters:
///   - real: On return the real parts.
///   - imaginary: x; on return the imaginary parts.
///   - extent: L.
///   - count: Whole vectors.
@inline(never)
private func turn(
  _ real: UnsafeMutablePointer<Double>,
  _ imaginary: UnsafeMutablePointer<Double>,
  _ extent: Double,
  count: Int
) {
  for index in stride(from: 0, to: count, by: Vector.scalarCount) {
    let (cosine, sine) = circle(imaginary.vector(at: index), extent)
    real.store(cosine, at: index)
    // Not −sine, which would be −0 where the sine vanishes.
    imaginary.store(0 - sine, at: index)
  }
}

/// Multiplies complex numbers.
@inline(never)
private func multiply(
  _ real: UnsafeMutablePointer<Double>,
  _ imaginary: UnsafeMutablePointer<Double>,
  by otherReal: UnsafePointer<Double>,
  _ otherImaginary: UnsafePointer<Double>,
  count: Int
) {
  for index in stride(from: 0, to: count, by: Vector.scalarCount) {
    let (a, b) = (real.vector(at: index), imaginary.vector(at: index))
    let (c, d) = (otherReal.vector(at: index), otherImaginary.vector(at: index))
    real.store(a * c - b * d, at: index)
    imaginary.store(b * c + a * d, at: index)
  }
}
