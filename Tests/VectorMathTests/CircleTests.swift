import TestSupport
import Testing
import VectorMath

@Suite("Cosine and sine on the circle")
struct CircleTests {
  @Test("Both are right to three units in the last place at random angles")
  func accuracy() {
    var generator = SeededGenerator(seed: 11)
    for extent in [1.0, 7, 1000, 0x1p40] {
      for _ in 0..<2000 {
        let x = Vector(generator.doubles(8, in: -3.9 * extent...3.9 * extent))
        let (cosine, sine) = circle(x, extent)
        for lane in 0..<8 {
          // Whole turns go first, exactly, as far as x itself is exact.
          let rest = x[lane].remainder(dividingBy: 2 * extent)
          let exact = DoubleDouble.circle(
            DoubleDouble.pi * DoubleDouble(rest) / DoubleDouble(extent)
          )
          #expect(exact.cosine.ulps(of: cosine[lane]) <= 3 || abs(cosine[lane]) < 1e-12)
          #expect(exact.sine.ulps(of: sine[lane]) <= 3 || abs(sine[lane]) < 1e-12)
        }
      }
    }
  }

  @Test("Multiples of a quarter turn are exact, diagonals have √½, parity holds bit for bit")
  func exact() {
    for extent in [1.0, 3, 100, 12_345_678] {
      let (cosine, sine) = circle(extent * Vector(-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2), extent)
      #expect(cosine == Vector(0, -1, 0, 1, 0, -1, 0, 1))
      #expect(sine == Vector(1, 0, -1, 0, 1, 0, -1, 0))
      let diagonal = 0.5.squareRoot()
      let odd = circle(extent * Vector(0.25, 0.75, 1.25, 1.75, -0.25, -0.75, -1.25, -1.75), extent)
      #expect(odd.cosine == diagonal * Vector(1, -1, -1, 1, 1, -1, -1, 1))
      #expect(odd.sine == diagonal * Vector(1, 1, -1, -1, -1, -1, 1, 1))
    }
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<1000 {
      let x = Vector(generator.doubles(8, in: -20...20))
      let (cosine, sine) = circle(x, 10)
      let opposite = circle(-x, 10)
      #expect(opposite.cosine == cosine && opposite.sine == -sine)
    }
  }

  // MARK: - Rows

  /// Rows take over what those before them have left, whatever these were.
  private let tables = CircleTables()

  /// Cosines and sines of a row.
  private func row(
    _ first: Int,
    _ step: Int,
    _ extent: Int,
    _ count: Int
  ) -> (cosines: [Double], sines: [Double]) {
    let cosines = AlignedVector(count: count)
    let sines = AlignedVector(count: count)
    writeCircle(
      cosines.pointer,
      sines.pointer,
      first: first,
      step: step,
      extent: extent,
      count: count,
      tables: tables
    )
    return (Array(cosines.buffer), Array(sines.buffer))
  }

  @Test(
    "Rows are right to three units in the last place, each of both by itself",
    arguments: [2048, 4099, 8192, 9998, 1_000_003, 1 << 49],
    [1, 2, -2]
  )
  func rowAccuracy(_ extent: Int, _ step: Int) {
    var generator = SeededGenerator(seed: UInt64(extent))
    guard abs(step) <= extent / 2048 else { return }
    for quarter in -4...4 {
      // Around multiples of π/4, where signs and places change, and elsewhere.
      let random = Int.random(in: -extent...extent, using: &generator)
      for first in [quarter * extent / 4 - 100, random] {
        let (cosines, sines) = row(first, step, extent, 200)
        for index in 0..<200 {
          let exact = DoubleDouble.circle(first + step * index, over: extent)
          if cosines[index] != 0 { #expect(exact.cosine.ulps(of: cosines[index]) <= 3) }
          if sines[index] != 0 { #expect(exact.sine.ulps(of: sines[index]) <= 3) }
        }
      }
    }
  }

  @Test(
    "Rows are exact at quarter turns and diagonals, and even and odd bit for bit",
    arguments: [4096, 4098, 4099, 10_000]
  )
  func rowSymmetry(_ extent: Int) {
    let (cosines, sines) = row(-2 * extent, 1, extent, 4 * extent + 1)
    let centre = 2 * extent
    for x in 0...2 * extent {
      #expect(cosines[centre - x] == cosines[centre + x])
      #expect(sines[centre - x] == -sines[centre + x])
      #expect(sines[centre + x].sign == .plus || sines[centre + x] != 0)
      // π − x, and a whole turn.
      if x <= extent {
        #expect(cosines[centre + x] == -cosines[centre + extent - x])
        #expect(sines[centre + x] == sines[centre + extent - x])
        #expect(cosines[centre + x] == cosines[centre + x - 2 * extent])
      }
      guard 4 * x % extent == 0 else { continue }
      let exact = circle(Vector(repeating: Double(x)), Double(extent))
      #expect(cosines[centre + x] == exact.cosine[0] && sines[centre + x] == exact.sine[0])
    }
    if extent % 2 == 0 { #expect(cosines[centre + extent / 2] == 0) }
  }

  @Test("An angle has the same bits wherever its row begins, and whichever way it goes")
  func rowPlaces() {
    let extent = 12_345
    let whole = row(-extent, 2, extent, extent + 1)
    var generator = SeededGenerator(seed: 13)
    for _ in 0..<200 {
      let start = Int.random(in: 0...extent, using: &generator)
      let count = Int.random(in: 1...min(300, extent + 1 - start), using: &generator)
      let part = row(2 * start - extent, 2, extent, count)
      #expect(part.cosines == Array(whole.cosines[start..<start + count]))
      #expect(part.sines == Array(whole.sines[start..<start + count]))
      let back = row(2 * (start + count - 1) - extent, -2, extent, count)
      #expect(back.cosines == part.cosines.reversed() && back.sines == part.sines.reversed())
    }
  }
}
