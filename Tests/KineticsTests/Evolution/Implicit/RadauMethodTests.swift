import ComplexModule
import Kinetics
import Testing

@Suite("Radau method")
struct RadauMethodTests {
  private let method = RadauMethod()
  private let nodes = RadauMethod.nodes

  @Test("The differentiation matrix is exact for polynomials that vanish at the beginning")
  func differentiation() {
    for power in 1...5 {
      let values = nodes.map { Self.power($0, power) }
      let slopes = product(method.differentiation, values)
      for (slope, node) in zip(slopes, nodes) {
        // The elements of the matrix are up to 12.
        #expect(abs(slope - Double(power) * Self.power(node, power - 1)) < 1e-13)
      }
      let beginning = zip(method.initialSlope, values).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(beginning - (power == 1 ? 1 : 0)) < 1e-12)
    }
  }

  @Test("The last stage is a quadrature of order 9, and not of order 10")
  func quadrature() {
    // The weights b solve Dᵀ b = e_5, since Z_5 = Σ b_i h f_i.
    var system = ComplexSystem(size: 5)
    for row in 0..<5 {
      for column in 0..<5 {
        system[row, column] = Complex(method.differentiation[5 * column + row])
      }
    }
    system.factor()
    let weights = system.solution([0, 0, 0, 0, 1].map { Complex($0) }).map(\.real)
    for power in 1...10 {
      let sum = zip(weights, nodes).reduce(0) { $0 + $1.0 * Self.power($1.1, power - 1) }
      let error = abs(sum - 1 / Double(power))
      if power < 10 { #expect(error < 1e-15) } else { #expect(error > 1e-6) }
    }
  }

  @Test("The eigenvectors take the matrix apart, and stages through them come back")
  func eigenvectors() {
    for stage in 0..<5 {
      let unit = (0..<5).map { $0 == stage ? 1.0 : 0 }
      let numbers = product(method.toSystems, unit)
      let back = product(method.toStages, numbers)
      for (value, expected) in zip(back, unit) { #expect(abs(value - expected) < 1e-13) }

      // D = T μ T⁻¹ on the unit vector.
      var scaled = [numbers[0] * RadauMethod.eigenvalues[0].real]
      for pair in 1...2 {
        let number = Complex(numbers[2 * pair - 1], numbers[2 * pair])
        let result = number * RadauMethod.eigenvalues[pair]
        scaled += [result.real, result.imaginary]
      }
      for (value, expected) in zip(
        product(method.toStages, scaled),
        product(method.differentiation, unit)
      ) { #expect(abs(value - expected) < 1e-12) }
    }
  }

  @Test("The stages' polynomial is continued exactly")
  func continuation() {
    for power in 1...5 {
      for x in [0.3, 1, 1.7, 3] {
        let value = nodes.indices.reduce(0) {
          $0 + RadauMethod.weight($1, at: x) * Self.power(nodes[$1], power)
        }
        #expect(abs(value - Self.power(x, power)) < 1e-11)
      }
    }
  }

  /// A matrix, row by row, times a vector.
  private func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
    (0..<5).map { row in (0..<5).reduce(0) { $0 + matrix[5 * row + $1] * vector[$1] } }
  }

  private static func power(_ x: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * x }
  }
}
