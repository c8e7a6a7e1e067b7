import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Occupations")
struct OccupationsTests {
  /// λ over both tails, around zero, and at the ends of the claim.
  private static let lambdas: [Double] = {
    var generator = SeededGenerator(seed: 51)
    let ends = [-700.0, 700, -37, 37, -1e-300, 1e-300]
    return generator.doubles(4000, in: -700...700) + generator.doubles(4000, in: -40...40)
      + generator.doubles(2000, in: -1e-8...1e-8) + ends
  }()

  private static func occupations(_ lambda: Double) -> (n: Double, h: Double) {
    let (n, h) = Kinetics.occupations(Vector(repeating: lambda))
    return (n[0], h[0])
  }

  /// An exponential to one unit, a sum, a division and a product to half a unit each; a unit before
  /// a product may weigh twice behind it.
  private static let ulps = 4.0

  @Test("n = 1/(1 + e^λ) and h = 1/(1 + e^-λ) to a few units, in both tails")
  func relativePrecision() {
    for lambda in Self.lambdas {
      let (n, h) = Self.occupations(lambda)
      #expect(DoubleDouble.occupation(lambda).ulps(of: n) <= Self.ulps)
      #expect(DoubleDouble.occupation(-lambda).ulps(of: h) <= Self.ulps)
    }
  }

  @Test("1/n = 1 + e^λ and 1/h = 1 + e^-λ to a few units, in both tails")
  func inverses() {
    for lambda in Self.lambdas {
      let (n, h) = inverseOccupations(Vector(repeating: lambda))
      #expect((DoubleDouble(1) + .exp(DoubleDouble(lambda))).ulps(of: n[0]) <= Self.ulps)
      #expect((DoubleDouble(1) + .exp(DoubleDouble(-lambda))).ulps(of: h[0]) <= Self.ulps)
    }
  }

  @Test("At λ = 0 n and h are exactly 1/2 and their inverses exactly 2")
  func infiniteTemperature() {
    #expect(Self.occupations(0) == (0.5, 0.5))
    #expect(Self.occupations(-0.0) == (0.5, 0.5))
    let (n, h) = inverseOccupations(.zero)
    #expect(n == Vector(repeating: 2) && h == Vector(repeating: 2))
  }

  @Test("λ and -λ exchange n and h, bit for bit")
  func particleHoleSymmetry() {
    for lambda in Self.lambdas {
      let (n, h) = Self.occupations(lambda)
      #expect(Self.occupations(-lambda) == (h, n))
    }
  }

  @Test("Occupations stay between 0 and 1 for any λ, infinite ones too")
  func range() {
    for lambda in [-Double.infinity, -1e300, -709, 709, 1e300, .infinity] {
      let (n, h) = Self.occupations(lambda)
      #expect((0...1).contains(n) && (0...1).contains(h))
      #expect((n < 0.5) == (lambda > 0) && (h < 0.5) == (lambda < 0))
    }
  }

  @Test("NaN stays NaN, in its own lane")
  func notANumber() {
    var lambda = Vector.zero
    lambda[3] = .nan
    let (n, h) = Kinetics.occupations(lambda)
    let (perN, perH) = inverseOccupations(lambda)
    for lane in 0..<8 {
      for vector in [n, h, perN, perH] { #expect(vector[lane].isNaN == (lane == 3)) }
    }
  }
}

extension DoubleDouble {
  /// n = 1/(1 + e^λ), for any λ.
  static func occupation(_ lambda: Double) -> DoubleDouble {
    let small = DoubleDouble.exp(DoubleDouble(-abs(lambda)))
    let majority = DoubleDouble(1) / (DoubleDouble(1) + small)
    return lambda > 0 ? small * majority : majority
  }
}
