import VectorMath

/// Phases of momenta that follow each other in a direction, or have their component in it in common.
extension MomentumGrid {
  /// From how many momenta on that have a component in common its phase is computed once.
  static var longRun: Int { 64 }

  /// 2 r t, where x = r (2 j − L) + 2 r t are integers and so many that `writeCircle` may have them.
  func rowShift(_ r: Int, _ direction: Int) -> Int? {
    let extent = extents[direction]
    let shift = Double(2 * r) * twists[direction]
    guard r.magnitude <= 512, extent < 1 << 50, 4096 * abs(r) <= extent, abs(shift) < 0x1p50 else {
      return nil
    }
    return Int(exactly: shift)
  }

  /// Phases of the last direction, where it is long.
  func writeRows(
    _ real: UnsafeMutablePointer<Double>,
    _ imaginary: UnsafeMutablePointer<Double>,
    _ index: Int,
    _ count: Int,
    _ r: Int,
    _ direction: Int,
    _ shift: Int,
    _ tables: CircleTables
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
        count: length,
        tables: tables
      )
    }
  }

  /// Phases of a direction that many momenta in turn have in common.
  func writeRuns(
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
}
