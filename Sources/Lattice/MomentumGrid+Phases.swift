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
  func writePhases(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    from index: Int,
    count: Int,
    displacement: [Int]
  ) {
    var stride = self.count
    var isFirst = true
    for direction in 0..<dimension {
      stride /= extents[direction]
      guard displacement[direction] != 0 else { continue }
      let write = { (real: UnsafeMutablePointer<Double>, imaginary: UnsafeMutablePointer<Double>) in
        writePhase(real, imaginary, index, count, displacement[direction], direction, stride)
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
    _ stride: Int
  ) {
    if stride == 1, let shift = rowShift(r, direction) {
      writeRows(real, imaginary, index, count, r, direction, shift)
    } else if stride >= MomentumGrid.longRun {
      writeRuns(real, imaginary, index, count, r, direction, stride)
    } else {
      for place in Swift.stride(from: 0, to: count, by: Vector.scalarCount) {
        imaginary.store(halfTurns(from: index + place, r, direction, stride), at: place)
      }
      turn(real, imaginary, Double(extents[direction]), count: count)
    }
  }

  /// From how many momenta on that have a component in common its phase is computed once.
  private static var longRun: Int { 64 }

  /// 2 r t, where x = r (2 j − L) + 2 r t are integers and so many that `writeCircle` may have them.
  private func rowShift(_ r: Int, _ direction: Int) -> Int? {
    let extent = extents[direction]
    let shift = Double(2 * r) * twists[direction]
    guard r.magnitude <= 512, extent < 1 << 50, 4096 * abs(r) <= extent, abs(shift) < 0x1p50 else {
      return nil
    }
    return Int(exactly: shift)
  }

  /// Phases of the last direction, where it is long.
  private func writeRows(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    _ index: Int,
    _ count: Int,
    _ r: Int,
    _ direction: Int,
    _ shift: Int
  ) {
    let extent = extents[direction]
    eachRun(index, count, extent, real, imaginary) { place, length in
      let j = (index + place) % extent
      writeCircle(
        real + place,
        imaginary + place,
        first: r * (extent - 2 * j) - shift,
        step: -2 * r,
        extent: extent,
        count: length
      )
    }
  }

  /// Phases of a direction that many momenta in turn have in common.
  private func writeRuns(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    _ index: Int,
    _ count: Int,
    _ r: Int,
    _ direction: Int,
    _ stride: Int
  ) {
    eachRun(index, count, stride, real, imaginary) { place, length in
      let x = halfTurns(from: index + place, r, direction, stride)
      let (cosine, sine) = circle(x, Double(extents[direction]))
      (real + place).update(repeating: cosine[0], count: length)
      (imaginary + place).update(repeating: 0 - sine[0], count: length)
    }
  }

  /// Hands the momenta to `write` in runs, place and length, that end at multiples of a period; what is beyond the last
  /// momentum repeats it.
  private func eachRun(
    _ index: Int,
    _ count: Int,
    _ period: Int,
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    _ write: (Int, Int) -> Void
  ) {
    let end = min(count, self.count - index)
    var place = 0
    while place < end {
      let length = min(period - (index + place) % period, end - place)
      write(place, length)
      place += length
    }
    (real + end).update(repeating: real[end - 1], count: count - end)
    (imaginary + end).update(repeating: imaginary[end - 1], count: count - end)
  }

  /// x with k_a r = π x / L_a for eight momenta, |x| ≤ 3 L_a.
  ///
  /// With twist t, x = r (2 j − L + 2 t); whole turns of 2 L go first, in integers.
  @inline(__always)
  private func halfTurns(
    from index: Int,
    _ r: Int,
    _ direction: Int,
    _ stride: Int
  ) -> Vector {
    let extent = extents[direction]
    let turn = Double(2 * extent)
    var x = 2 * coordinates(from: index, direction, stride) - Vector(repeating: Double(extent))
    if r.magnitude == 1 {
      // −L … L has no whole turn.
      x *= Double(r)
    } else if Double(abs(r)) * turn < 0x1p52 {
      // All products are integers below 2⁵³, and exact.
      let product = Double(r) * x
      x = product - turn * (product / turn).rounded(.toNearestOrEven)
    } else {
      let reduced = r % (2 * extent)
      for lane in 0..<Vector.scalarCount {
        let product = reduced.multipliedFullWidth(by: Int(x[lane]))
        x[lane] = Double((2 * extent).dividingFullWidth(product).remainder)
      }
    }
    guard twists[direction] != 0 else { return x }
    let shift = Double(2 * r) * twists[direction]
    return x + Vector(repeating: shift.truncatingRemainder(dividingBy: turn))
  }

  /// j_a of eight momenta, ⌊index/stride⌋ mod L_a; integers below 2⁵³, and exact.
  @inline(__always)
  private func coordinates(from index: Int, _ direction: Int, _ stride: Int) -> Vector {
    let lanes = Vector(0, 1, 2, 3, 4, 5, 6, 7)
    var j = lanes + Vector(repeating: Double(index))
    let last = Vector(repeating: Double(count - 1))
    j = j.replacing(with: last, where: j .> last)
    if stride > 1 { j = quotient(j, Double(stride)) }
    if direction > 0 {
      let extent = Double(extents[direction])
      j -= extent * quotient(j, extent)
    }
    return j
  }

  /// ⌊x/d⌋ of integers.
  @inline(__always)
  private func quotient(_ x: Vector, _ divisor: Double) -> Vector {
    // The quotient's rounding may reach the next integer.
    let quotient = (x / divisor).rounded(.down)
    return quotient.replacing(with: quotient - 1, where: quotient * divisor .> x)
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
