import Lattice
import Numerics
import TestSupport
import Testing
import VectorMath

@Suite("Bloch Hamiltonian")
struct BlochHamiltonianTests {
  /// A Hamiltonian with hoppings between random orbitals over up to two cells.
  static func random(dimension: Int, orbitals: Int, seed: UInt64) throws -> BlochHamiltonian {
    var generator = SeededGenerator(seed: seed)
    var hoppings: [Hopping] = []
    for orbital in 0..<orbitals {
      let energy = Complex(Double.random(in: -1...1, using: &generator), 0)
      let by = [Int](repeating: 0, count: dimension)
      hoppings.append(Hopping(from: orbital, to: orbital, by: by, amplitude: energy))
    }
    for _ in 0..<3 * orbitals + 2 {
      let by = (0..<dimension).map { _ in Int.random(in: -2...2, using: &generator) }
      let from = Int.random(in: 0..<orbitals, using: &generator)
      let to = Int.random(in: 0..<orbitals, using: &generator)
      guard from != to || by.contains(where: { $0 != 0 }) else { continue }
      let parts = generator.doubles(2, in: -1...1)
      let amplitude = Complex(parts[0], parts[1])
      hoppings.append(Hopping(from: from, to: to, by: by, amplitude: amplitude))
    }
    let names = (0..<orbitals).map { "orbital \($0)" }
    return try BlochHamiltonian(dimension: dimension, orbitals: names, hoppings: hoppings)
  }

  /// H(k) and its gradient at one momentum.
  static func evaluate(
    _ hamiltonian: BlochHamiltonian,
    on grid: MomentumGrid,
    at index: Int
  ) -> (matrix: [Complex<Double>], gradient: [Complex<Double>]) {
    let planes = BlochPlanes(of: hamiltonian, on: grid, momenta: index..<index + 1)
    func elements(_ planes: Planes) -> [Complex<Double>] {
      // A single orbital has no imaginary parts.
      if hamiltonian.orbitals.count == 1 {
        return (0..<planes.count).map { Complex(planes[$0, 0]) }
      }
      return stride(from: 0, to: planes.count, by: 2).map {
        Complex(planes[$0, 0], planes[$0 + 1, 0])
      }
    }
    return (elements(planes.matrix), elements(planes.gradient))
  }

  private static let cases = [(1, 1), (1, 2), (1, 4), (2, 1), (2, 3), (3, 1), (3, 2)]

  private static func grid(_ dimension: Int) throws -> MomentumGrid {
    try MomentumGrid(
      extents: Array([6, 5, 4].prefix(dimension)),
      twists: Array([0.1, 0, 0.3].prefix(dimension))
    )
  }

  @Test("H(k) and its gradient are Hermitian, bit for bit", arguments: cases)
  func hermitian(_ dimension: Int, _ orbitals: Int) throws {
    let hamiltonian = try Self.random(dimension: dimension, orbitals: orbitals, seed: 31)
    let grid = try Self.grid(dimension)
    for index in 0..<grid.count {
      let (matrix, gradient) = Self.evaluate(hamiltonian, on: grid, at: index)
      for start in stride(from: 0, to: gradient.count, by: matrix.count) {
        let slope = Array(gradient[start..<start + matrix.count])
        for table in [matrix, slope] {
          for row in 0..<orbitals {
            for column in 0..<orbitals {
              #expect(table[row * orbitals + column] == table[column * orbitals + row].conjugate)
            }
          }
        }
      }
    }
  }

  @Test(
    "H(k) is the sum of the hoppings' amplitudes times e^(-ikr), with conjugates",
    arguments: cases
  )
  func sumOfHoppings(_ dimension: Int, _ orbitals: Int) throws {
    let hamiltonian = try Self.random(dimension: dimension, orbitals: orbitals, seed: 32)
    let grid = try Self.grid(dimension)
    for index in 0..<grid.count {
      let (matrix, gradient) = Self.evaluate(hamiltonian, on: grid, at: index)
      var expected = [Complex<Double>](repeating: .zero, count: matrix.count)
      var slopes = [Complex<Double>](repeating: .zero, count: gradient.count)
      let momentum = grid.momentum(at: index).map { .pi * $0 }
      for hopping in hamiltonian.hoppings {
        let angle = zip(momentum, hopping.by).reduce(0) { $0 + $1.0 * Double($1.1) }
        let (phase, i) = (Complex(.cos(angle), -.sin(angle)), Complex<Double>.i)
        let forward = hopping.to * orbitals + hopping.from
        let backward = hopping.from * orbitals + hopping.to
        let element = hopping.amplitude * phase
        expected[forward] += element
        if !hopping.isOnSite { expected[backward] += element.conjugate }
        for (direction, r) in hopping.by.enumerated() {
          let start = direction * matrix.count
          slopes[start + forward] -= i * Complex(Double(r)) * element
          slopes[start + backward] += i * Complex(Double(r)) * element.conjugate
        }
      }
      // A dozen terms below 2, each to a few units.
      for (value, exact) in zip(matrix + gradient, expected + slopes) {
        #expect((value - exact).length <= 64 * Double.ulpOfOne)
      }
    }
  }

  @Test("No vector has an expectation of energy outside of the bounds", arguments: cases)
  func energyBounds(_ dimension: Int, _ orbitals: Int) throws {
    let hamiltonian = try Self.random(dimension: dimension, orbitals: orbitals, seed: 33)
    let grid = try Self.grid(dimension)
    var generator = SeededGenerator(seed: 34)
    for index in 0..<grid.count {
      let (matrix, _) = Self.evaluate(hamiltonian, on: grid, at: index)
      for _ in 0..<20 {
        let parts = generator.doubles(2 * orbitals, in: -1...1)
        let vector = (0..<orbitals).map { Complex(parts[2 * $0], parts[2 * $0 + 1]) }
        var energy = Complex<Double>.zero
        for row in 0..<orbitals {
          for column in 0..<orbitals {
            energy += vector[row].conjugate * matrix[row * orbitals + column] * vector[column]
          }
        }
        let norm = vector.reduce(0) { $0 + $1.lengthSquared }
        #expect(hamiltonian.energyBounds.contains(energy.real / norm))
      }
    }
  }

  @Test("The bounds of the tight-binding bands are -2Jd and 2Jd, for either sign of J")
  func tightBounds() throws {
    for dimension in 1...3 {
      for hopping in [0.7, -0.7] {
        let bands = try BlochHamiltonian.tightBinding(hopping: hopping, dimension: dimension)
        let edge = (0..<dimension).reduce(0) { sum, _ in sum + 0.7 + 0.7 }
        #expect(bands.energyBounds == -edge...edge)
      }
    }
  }

  @Test("An on-site energy moves the bounds and does not widen them")
  func shiftedBounds() throws {
    let hoppings = [
      Hopping(from: 0, to: 0, by: [0], amplitude: 10),
      Hopping(from: 0, to: 0, by: [1], amplitude: -1),
    ]
    let chain = try BlochHamiltonian(dimension: 1, orbitals: ["site"], hoppings: hoppings)
    #expect(chain.energyBounds == 8...12)
  }

  @Test("Only a term between the same orbitals of one cell is its own conjugate")
  func onSite() {
    #expect(Hopping(from: 1, to: 1, by: [0, 0], amplitude: 1).isOnSite)
    #expect(!Hopping(from: 0, to: 1, by: [0, 0], amplitude: 1).isOnSite)
    #expect(!Hopping(from: 1, to: 1, by: [0, 1], amplitude: 1).isOnSite)
  }

  @Test("Rashba-Zeeman hoppings give H(k) of Eq. C1, for both signs of its couplings")
  func rashbaZeeman() throws {
    let grid = try MomentumGrid(extents: [16])
    for sign in [-1.0, 1] {
      let (hopping, alphaY, alphaZ, zeeman) = (0.8, 1.1 * sign, -0.9 * sign, 0.6 * sign)
      let hamiltonian = try BlochHamiltonian.rashbaZeeman(
        hopping: hopping,
        alphaY: alphaY,
        alphaZ: alphaZ,
        zeeman: zeeman
      )
      for index in 0..<grid.count {
        let (matrix, _) = Self.evaluate(hamiltonian, on: grid, at: index)
        let k = .pi * grid.momentum(at: index)[0]
        let even = -2 * hopping * Double.cos(k)
        let odd = 2 * alphaY * Double.sin(k) + zeeman
        let mixing = Complex(0, 2 * alphaZ * Double.sin(k))
        let expected = [Complex(even + odd), mixing, mixing.conjugate, Complex(even - odd)]
        for (value, exact) in zip(matrix, expected) {
          #expect((value - exact).length <= 1e-14)
        }
      }
    }
  }

  @Test(
    "A lattice needs orbitals with different names",
    arguments: [[], ["a", "a"], ["a", "b", "a"]]
  )
  func names(_ orbitals: [String]) {
    #expect(throws: ModelError.self) {
      try BlochHamiltonian(dimension: 1, orbitals: orbitals, hoppings: [])
    }
  }

  @Test(
    "A displacement has as many components as the lattice directions",
    arguments: [[], [1, 0]]
  )
  func displacement(_ by: [Int]) {
    expectError("displacement", Hopping(from: 0, to: 0, by: by, amplitude: 1))
  }

  @Test("A hopping is between orbitals that exist", arguments: [(0, 2), (2, 0), (-1, 0), (0, -1)])
  func orbitals(_ from: Int, _ to: Int) {
    expectError("orbital", Hopping(from: from, to: to, by: [1], amplitude: 1))
  }

  @Test(
    "An amplitude is finite",
    arguments: [Complex(Double.nan, 0), Complex(0, Double.infinity), Complex(-Double.infinity, 0)]
  )
  func amplitude(_ amplitude: Complex<Double>) {
    expectError("finite", Hopping(from: 0, to: 1, by: [1], amplitude: amplitude))
  }

  @Test("An on-site energy is real, an on-site mixing of orbitals need not be")
  func realEnergies() throws {
    expectError("real", Hopping(from: 0, to: 0, by: [0], amplitude: Complex(1, 0.5)))
    let mixing = Hopping(from: 0, to: 1, by: [0], amplitude: Complex(1, 0.5))
    _ = try BlochHamiltonian(dimension: 1, orbitals: ["a", "b"], hoppings: [mixing])
  }

  /// The second of two hoppings is refused, with its number and a word that tells why.
  private func expectError(_ word: String, _ hopping: Hopping) {
    let sound = Hopping(from: 0, to: 0, by: [1], amplitude: -1)
    let error = #expect(throws: ModelError.self) {
      try BlochHamiltonian(dimension: 1, orbitals: ["a", "b"], hoppings: [sound, hopping])
    }
    #expect(error?.description.contains("hopping 2") == true)
    #expect(error?.description.contains(word) == true)
  }
}
