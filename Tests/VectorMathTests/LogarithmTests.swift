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
