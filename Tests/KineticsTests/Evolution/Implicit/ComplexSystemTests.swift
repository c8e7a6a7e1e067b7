import ComplexModule
import Kinetics
import TestSupport
import Testing

@Suite("Complex system")
struct ComplexSystemTests {
  @Test(
    "The solution satisfies the equations, also where pivots must be exchanged",
    arguments: 1...9
  )
  func solution(_ size: Int) {
    var generator = SeededGenerator(seed: UInt64(300 + size))
    var system = ComplexSystem(size: size)
    var matrix: [[Complex<Double>]] = []
    for row in 0..<size {
      matrix.append(
        (0..<size).map { column in
          // Zeros on the diagonal need pivots.
          if size > 1, row == column { return .zero }
          let parts = generator.doubles(2, in: -1...1)
          return Complex(parts[0], parts[1])
        }
      )
      for column in 0..<size { system[row, column] = matrix[row][column] }
    }
    let right = (0..<size).map { Complex(Double($0), 1) }
    system.factor()
    #expect(!system.isSingular)
    let solution = system.solution(right)
    for row in 0..<size {
      let value = (0..<size).reduce(Complex.zero) { $0 + matrix[row][$1] * solution[$1] }
      #expect((value - right[row]).magnitude < 1e-11)
    }
  }

  @Test("A system without a unique solution, or with NaN, says so")
  func singular() {
    var system = ComplexSystem(size: 2)
    for (place, value) in [1.0, 2, 2, 4].enumerated() {
      system[place / 2, place % 2] = Complex(value)
    }
    system.factor()
    #expect(system.isSingular)
    system[0, 0] = Complex(.nan, 0)
    system.factor()
    #expect(system.isSingular)
  }
}
