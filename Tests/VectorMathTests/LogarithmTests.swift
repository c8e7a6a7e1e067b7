import TestSupport
import Testing
import VectorMath

/// The logarithm of one number, in all lanes.
private func logarithm(_ x: Double) -> Double {
  logarithm(Vector(repeating: x))[0]
}

/// The error of `value` as ln x in units of the last place of ln x, from x e^−value = 1 + error.
private func ulps(of value: Double, fromLogarithmOf x: Double) -> Double {
  let (significand, exponent) = DoubleDouble.scaledExp(DoubleDouble(value))
  let first = Double(sign: .plus, exponent: -(exponent / 2), significand: 1)
  let second = Double(sign: .plus, exponent: exponent / 2 - exponent, significand: 1)
  let ratio = DoubleDouble(x * first * second) / significand
  return abs((ratio - DoubleDouble(1)).high) / value.ulp
}

@Suite("Logarithm")
struct LogarithmTests {
  private static func largestError(_ arguments: [Double]) -> Double {
    arguments.reduce(0) { max($0, ulps(of: logarithm($1), fromLogarithmOf: $1)) }
  }

  @Test("ln x is within one unit in the last place over all normal numbers")
  func accuracyOverTheRange() {
    var generator = SeededGenerator(seed: 1)
    let arguments = generator.doubles(20_000, in: 1...2).map { significand in
      let exponent = Int.random(in: -1022...1023, using: &generator)
      return Double(sign: .plus, exponent: exponent, significand: significand)
    }
    #expect(Self.largestError(arguments) < 1)
  }

  @Test("ln x is within one unit in the last place near 1, of every distance")
  func accuracyNearOne() {
    var generator = SeededGenerator(seed: 2)
    for x in generator.doubles(20_000, in: -0.5...0.5) {
      let power = -Int.random(in: 0...50, using: &generator)
      let argument = 1 + x * Double(sign: .plus, exponent: power, significand: 1)
      guard argument != 1 else { continue }
      let value = logarithm(argument)
      if power > -25 {
        #expect(ulps(of: value, fromLogarithmOf: argument) < 1)
      } else {
        // Nearer than the exponential can tell: f − f²/2 + f³/3.
        let f = DoubleDouble(argument - 1)
        let cube = f * f * f / DoubleDouble(3)
        #expect((f - f * f / DoubleDouble(2) + cube).ulps(of: value) < 1)
      }
    }
  }

  @Test("ln x is within one unit in the last place where the power of two changes")
  func accuracyAtTheEdgesOfReduction() {
    var generator = SeededGenerator(seed: 3)
    var arguments: [Double] = []
    for exponent in -1000...1000 {
      let edge = Double(sign: .plus, exponent: exponent, significand: 0.5.squareRoot())
      arguments += generator.doubles(4, in: -1e-14...1e-14).map { edge * (1 + $0) }
    }
    #expect(Self.largestError(arguments) < 1)
  }

  @Test("Zero, infinity, negative numbers and NaN give −∞, ∞, NaN and NaN")
  func special() {
    #expect(logarithm(0) == -.infinity && logarithm(-0.0) == -.infinity)
    #expect(logarithm(.infinity) == .infinity)
    #expect(logarithm(-1).isNaN && logarithm(-.infinity).isNaN && logarithm(.nan).isNaN)
    #expect(logarithm(1).bitPattern == (0.0).bitPattern)
  }

  @Test("ln(a/b) is within two units in the last place over a range of 2^±900")
  func accuracyOfRatios() {
    var generator = SeededGenerator(seed: 6)
    var largest = 0.0
    for _ in 0..<20_000 {
      let (exponent, other) = (
        Int.random(in: -450...450, using: &generator),
        Int.random(in: -450...450, using: &generator)
      )
      let pair = generator.doubles(2, in: 1...2)
      let a = Double(sign: .plus, exponent: exponent, significand: pair[0])
      // Half of the pairs are near each other.
      let b = Double(
        sign: .plus,
        exponent: exponent % 2 == 0 ? exponent : other,
        significand: pair[1]
      )
      let value = logarithm(of: Vector(repeating: a), over: Vector(repeating: b))[0]
      let (significand, power) = DoubleDouble.scaledExp(DoubleDouble(value))
      let first = Double(sign: .plus, exponent: -(power / 2), significand: 1)
      let second = Double(sign: .plus, exponent: power / 2 - power, significand: 1)
      let ratio = DoubleDouble(a) / DoubleDouble(b) * DoubleDouble(first) * DoubleDouble(second)
      let error = abs((ratio / significand - DoubleDouble(1)).high) / value.ulp
      largest = max(largest, error)
    }
    #expect(largest < 2)
  }

  @Test("ln(a/b) keeps its digits where a is next to b, and is odd")
  func ratiosNearOne() {
    var generator = SeededGenerator(seed: 7)
    for x in generator.doubles(20_000, in: -1...1) {
      let power = -Int.random(in: 18...50, using: &generator)
      let b = Double.random(in: 0.5...2, using: &generator)
      let a = b + b * x * Double(sign: .plus, exponent: power, significand: 1)
      guard a != b else { continue }
      let value = logarithm(of: Vector(repeating: a), over: Vector(repeating: b))[0]
      // f − f²/2 + f³/3 − f⁴/4 with f = (a − b)/b < 2⁻¹⁸.
      let f = DoubleDouble(a - b) / DoubleDouble(b)
      let exact =
        f
        * (DoubleDouble(1) - f
          * (DoubleDouble(0.5)
            - f * (DoubleDouble(1) / DoubleDouble(3) - f * DoubleDouble(0.25))))
      #expect(exact.ulps(of: value) < 2)
      let opposite = logarithm(of: Vector(repeating: b), over: Vector(repeating: a))[0]
      #expect(opposite == -value)
    }
  }

  @Test("Ratios are reduced without a step where the nearest power of two changes")
  func ratiosAtTheEdgesOfReduction() {
    for (a, b) in [
      (1.5, 1.0), (1, 1.5), (1.0.nextUp, 1.5), (1.75, 1.25), (1.25, 1.75), (2, 3), (3, 2),
    ] {
      for scale in [0x1p-1000, 1, 0x1p1000] {
        let value = logarithm(of: Vector(repeating: a * scale), over: Vector(repeating: b * scale))[
          0
        ]
        #expect(value == logarithm(of: Vector(repeating: a), over: Vector(repeating: b))[0])
        #expect(abs(value - logarithm(a / b)) <= 4 * value.ulp)
      }
    }
    let (smallest, largest) = (Vector(repeating: 0x1p-1021), Vector(repeating: 0x1p1022))
    let span = logarithm(0x1p1022) - logarithm(0x1p-1021)
    #expect(abs(logarithm(of: largest, over: smallest)[0] - span) <= 2 * span.ulp)
    #expect(logarithm(of: smallest, over: largest) == -logarithm(of: largest, over: smallest))
    #expect(logarithm(of: largest, over: largest) == Vector.zero)
  }

  @Test("What has no logarithm of a ratio is told from what has one")
  func rangeOfRatios() {
    let numbers = Vector(1, 0x1p-1021, 0x1p1022, 0, -1, .infinity, .nan, 0x1p1023)
    let one = Vector(repeating: 1)
    for (a, b) in [(numbers, one), (one, numbers)] {
      let areInRange = haveLogarithm(a, over: b)
      #expect(
        (0..<8).map { areInRange[$0] } == [true, true, true, false, false, false, false, false]
      )
    }
  }

  @Test("A lane's result does not depend on its neighbours")
  func lanes() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<100 {
      let arguments = generator.doubles(8, in: -1...100)
      let together = VectorMath.logarithm(Vector(arguments))
      for lane in 0..<8 {
        #expect(together[lane].bitPattern == logarithm(arguments[lane]).bitPattern)
      }
    }
  }
}
