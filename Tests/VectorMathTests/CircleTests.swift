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
}
