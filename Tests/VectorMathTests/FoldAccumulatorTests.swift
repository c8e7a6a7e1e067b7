import TestSupport
import Testing
import VectorMath

@Suite("Fold accumulator")
struct FoldAccumulatorTests {
  private static let exponents = [-800, -60, 0, 1, 60, 1000]

  /// Terms of every size below 2^exponent.
  private static func terms(_ count: Int, below exponent: Int) -> [Double] {
    var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(exponent)))
    return generator.doubles(count, in: -1...1).map { term in
      let power = exponent - Int.random(in: 0...140, using: &generator)
      return term * Double(sign: .plus, exponent: power, significand: 1)
    }
  }

  @Test("Pieces and rest of a term add up to it exactly", arguments: exponents)
  func pieces(_ exponent: Int) {
    let window = FoldWindow(exponent: exponent)
    for term in Self.terms(2000, below: exponent) {
      var accumulator = FoldAccumulator()
      let rest = accumulator.add(Vector(repeating: term), window)
      let sum =
        (DoubleDouble(accumulator.high[0]) + DoubleDouble(accumulator.middle[0]))
        + (DoubleDouble(accumulator.low[0]) + DoubleDouble(rest[0]))
      #expect(sum.ulps(of: term) == 0)
    }
  }

  @Test("Pieces are multiples of 2^(E-42), 2^(E-84), 2^(E-126)", arguments: exponents)
  func units(_ exponent: Int) {
    let window = FoldWindow(exponent: exponent)
    for term in Self.terms(2000, below: exponent) {
      var accumulator = FoldAccumulator()
      accumulator.add(Vector(repeating: term), window)
      let pieces = [accumulator.high[0], accumulator.middle[0], accumulator.low[0]]
      for (fold, piece) in pieces.enumerated() {
        let unit = Double(sign: .plus, exponent: exponent - 42 * (fold + 1), significand: 1)
        #expect(piece.truncatingRemainder(dividingBy: unit) == 0)
      }
    }
  }

  @Test("What is left of a term is at most half of the last unit", arguments: exponents)
  func rest(_ exponent: Int) {
    let window = FoldWindow(exponent: exponent)
    let half = Double(sign: .plus, exponent: exponent - 127, significand: 1)
    for term in Self.terms(2000, below: exponent) {
      var accumulator = FoldAccumulator()
      let rest = accumulator.add(Vector(repeating: term), window)
      #expect(abs(rest[0]) <= half)
    }
  }

  @Test("A lane takes as many terms as its capacity without rounding")
  func capacity() {
    let window = FoldWindow(exponent: 0)
    var accumulator = FoldAccumulator()
    // Largest pieces in all three folds: each is half of the unit above it, and all round one way.
    let term = 1 - 0x1p-43 - 0x1p-53
    for _ in 0..<FoldAccumulator.capacity { accumulator.add(Vector(repeating: term), window) }
    var single = FoldAccumulator()
    single.add(Vector(repeating: term), window)
    #expect(accumulator.high == single.high * 1024)
    #expect(accumulator.middle == single.middle * 1024)
    #expect(accumulator.low == single.low * 1024)
  }

  @Test("Lanes take their own terms")
  func lanes() {
    var accumulator = FoldAccumulator()
    let terms = Vector(0.5, -0.25, 0.125, 0, 1 / 3.0, -1 / 7.0, 0x1p-100, -0x1p-120)
    accumulator.add(terms, FoldWindow(exponent: 0))
    #expect(accumulator.high + accumulator.middle + accumulator.low == terms)
  }

  @Test("An accumulator spans three folds of 42 bits")
  func span() {
    #expect(FoldAccumulator.foldBits == 42)
    #expect(FoldAccumulator.span == 126)
  }

  @Test("A product in one fold is a multiple of its unit, half a unit off at most")
  func products() {
    var generator = SeededGenerator(seed: 21)
    let window = FoldWindow(exponent: 0)
    for _ in 0..<1000 {
      let (a, b) = (
        Vector(generator.doubles(8, in: -1...1)), Vector(generator.doubles(8, in: -1...1))
      )
      var accumulator = FoldAccumulator()
      accumulator.addProductInOneFold(a, b, window)
      for lane in 0..<8 {
        let units = accumulator.high[lane] * 0x1p42
        #expect(units == units.rounded())
        let exact = DoubleDouble(a[lane]) * DoubleDouble(b[lane])
        #expect(
          (exact - DoubleDouble(accumulator.high[lane])).magnitude.high <= 0x1p-43 * (1 + 1e-9)
        )
      }
    }
  }

  @Test("One and two folds keep the first pieces of three, bit for bit", arguments: exponents)
  func fewerFolds(_ exponent: Int) {
    let window = FoldWindow(exponent: exponent)
    var one = FoldAccumulator()
    var two = FoldAccumulator()
    var three = FoldAccumulator()
    for term in Self.terms(1000, below: exponent) {
      one.addProductInOneFold(Vector(repeating: term), Vector(repeating: 1), window)
      two.addInTwoFolds(Vector(repeating: term), window)
      three.add(Vector(repeating: term), window)
    }
    #expect(one.high == three.high && one.middle == .zero && one.low == .zero)
    #expect(two.high == three.high && two.middle == three.middle && two.low == .zero)
  }
}
