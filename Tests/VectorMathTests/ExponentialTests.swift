import TestSupport
import Testing
import VectorMath

/// The exponential of one number, in all lanes.
private func exponential(_ x: Double) -> Double {
  exponential(Vector(repeating: x))[0]
}

@Suite("Exponential")
struct ExponentialTests {
  private static func largestError(_ arguments: [Double]) -> Double {
    var largest = 0.0
    for start in stride(from: 0, to: arguments.count - 7, by: 8) {
      let result = VectorMath.exponential(Vector(arguments[start..<start + 8]))
      for lane in 0..<8 {
        largest = max(
          largest,
          DoubleDouble.ulps(of: result[lane], fromExpOf: arguments[start + lane])
        )
      }
    }
    return largest
  }

  @Test("e^x is within one unit in the last place from -708 to 709")
  func accuracyOverTheRange() {
    var generator = SeededGenerator(seed: 1)
    #expect(Self.largestError(generator.doubles(40_000, in: -708...709)) < 1)
  }

  @Test("e^x is within one unit in the last place for |x| below 1, of every size")
  func accuracyNearZero() {
    var generator = SeededGenerator(seed: 2)
    let sizes = generator.doubles(20_000, in: -1...1)
    let arguments = sizes.map { x in
      let size = Double(
        sign: .plus,
        exponent: -Int.random(in: 0...60, using: &generator),
        significand: 1
      )
      return x * size
    }
    #expect(Self.largestError(arguments) < 1)
  }

  @Test("e^x is within one unit in the last place where the power of two changes")
  func accuracyAtTheEdgesOfReduction() {
    var generator = SeededGenerator(seed: 3)
    let logarithmOfTwo = 0x1.62e42fefa39efp-1
    var arguments: [Double] = []
    for k in -1021...1022 {
      let edge = (Double(k) + 0.5) * logarithmOfTwo
      for offset in generator.doubles(4, in: -1e-14...1e-14) {
        arguments.append(max(-708, edge * (1 + offset)))
      }
    }
    #expect(Self.largestError(arguments) < 1)
  }

  @Test("e^x is within one unit in the last place at both ends of its range")
  func accuracyAtTheEnds() {
    var generator = SeededGenerator(seed: 4)
    let low = generator.doubles(4000, in: -708 ... -707)
    let high = generator.doubles(4000, in: 708...709)
    let ends = [-708, (-708.0).nextUp, 709, 709.0.nextDown, -708, 709, -707.5, 708.5]
    #expect(Self.largestError(low + high + ends) < 1)
  }

  @Test("e^0 is exactly 1, with either sign of zero")
  func one() {
    #expect(exponential(0.0) == 1)
    #expect(exponential(-0.0) == 1)
  }

  @Test(
    "Below -708 the result is e^-708, not zero",
    arguments: [(-708.0).nextDown, -708.5, -745, -1e4, -1e300, -Double.infinity]
  )
  func lowerEnd(_ x: Double) {
    #expect(exponential(x).bitPattern == exponential(-708.0).bitPattern)
    #expect(exponential(x).isNormal)
  }

  @Test(
    "Above 709 the result is infinite",
    arguments: [(709.0).nextUp, 709.5, 710, 1e300, Double.infinity]
  )
  func upperEnd(_ x: Double) {
    #expect(exponential(x) == .infinity)
  }

  @Test("e^709 is finite")
  func lastFinite() {
    #expect(exponential(709.0).isFinite)
  }

  @Test(
    "NaN stays NaN, whatever its payload, in its own lane only",
    arguments: [
      0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0000, 0x7FF8_0000_0000_0FFF, 0x7FFF_FFFF_FFFF_FFFF,
    ]
  )
  func notANumber(_ bits: UInt64) {
    for lane in 0..<8 {
      var argument = Vector(repeating: 1)
      argument[lane] = Double(bitPattern: bits)
      let result = VectorMath.exponential(argument)
      for other in 0..<8 { #expect(result[other].isNaN == (other == lane)) }
    }
  }

  @Test("A lane's result does not depend on its neighbours")
  func lanes() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<100 {
      let arguments = generator.doubles(8, in: -800...800)
      let together = VectorMath.exponential(Vector(arguments))
      for lane in 0..<8 {
        #expect(together[lane].bitPattern == exponential(arguments[lane]).bitPattern)
      }
    }
  }
}
