import VectorMath

/// Angles k_a r in units of π/L_a, exact but for a twist.
extension MomentumGrid {
  /// x with k_a r = π x / L_a for eight momenta, |x| ≤ 3 L_a.
  ///
  /// With twist t, x = r (2 j − L + 2 t); whole turns of 2 L go first, in integers.
  @inline(__always)
  func halfTurns(
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
}
