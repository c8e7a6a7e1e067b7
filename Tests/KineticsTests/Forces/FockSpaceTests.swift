import Dissipation
import Kinetics
import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Fock space")
struct FockSpaceTests {
  /// A lattice, its boundary, and a seed for λ and jump operators.
  struct Case: Sendable, CustomTestStringConvertible {
    var extents: [Int]
    var twists: [Double]
    var orbitals = 1
    var seed: UInt64

    var testDescription: String { "\(extents), twist \(twists), orbitals \(orbitals)" }

    func lattice() throws -> SmallLattice {
      // Complex hoppings to first and second neighbours, so that ε(k) has no symmetry; all orbitals mix.
      var generator = SeededGenerator(seed: seed + 200)
      func amplitude() -> Complex<Double> {
        let parts = generator.doubles(2, in: -1...1)
        return Complex(parts[0], parts[1])
      }
      let here = extents.map { _ in 0 }
      var hoppings: [Hopping] = []
      for from in 0..<orbitals {
        let energy = Complex(amplitude().real)
        hoppings.append(Hopping(from: from, to: from, by: here, amplitude: energy))
        for direction in extents.indices {
          for length in [1, 2] {
            var by = here
            by[direction] = length
            for to in 0..<orbitals {
              hoppings.append(Hopping(from: from, to: to, by: by, amplitude: amplitude()))
            }
          }
        }
      }
      let hamiltonian = try BlochHamiltonian(
        dimension: extents.count,
        orbitals: (0..<orbitals).map { "orbital \($0)" },
        hoppings: hoppings
      )
      return try SmallLattice(hamiltonian, extents: extents, twists: twists)
    }

    func lambda(_ count: Int) -> [Double] {
      var generator = SeededGenerator(seed: seed)
      return generator.doubles(count, in: -2...2)
    }
  }

  static let cases = [
    Case(extents: [4], twists: [0], seed: 91), Case(extents: [5], twists: [0], seed: 92),
    Case(extents: [4], twists: [0.3], seed: 93), Case(extents: [5], twists: [-0.7], seed: 94),
    Case(extents: [2, 2], twists: [0, 0.2], seed: 95),
    Case(extents: [2], twists: [0.15], orbitals: 2, seed: 96),
    Case(extents: [2], twists: [0], orbitals: 2, seed: 97),
    Case(extents: [1, 2], twists: [0.1, 0], orbitals: 2, seed: 98),
    Case(extents: [1], twists: [0.2], orbitals: 5, seed: 99),
  ]

  /// Two products and one operator that is none, on random sites of up to two cells around.
  private static func jumps(_ dimension: Int, orbitals: Int, seed: UInt64) -> [JumpOperator] {
    var generator = SeededGenerator(seed: seed + 100)
    func amplitude() -> Complex<Double> {
      let parts = generator.doubles(2, in: -1...1)
      return Complex(parts[0], parts[1])
    }
    func site(_ first: Int) -> JumpOperator.Site {
      let rest = (1..<dimension).map { _ in Int.random(in: -1...1, using: &generator) }
      let orbital = Int.random(in: 0..<orbitals, using: &generator)
      return JumpOperator.Site(orbital: orbital, cell: [first] + rest)
    }
    func factor(_ count: Int) -> [(amplitude: Complex<Double>, site: JumpOperator.Site)] {
      (0..<count).map { (amplitude(), site($0 - 1)) }
    }
    let products = (0..<2).map { index in
      JumpOperator(rate: 0.5 + Double(index), creating: factor(3), annihilating: factor(2 + index))
    }
    let terms = (0..<4).map { index in
      JumpOperator.Term(
        amplitude: amplitude(),
        create: site(index % 2),
        annihilate: site(index / 2 - 1)
      )
    }
    return products + [JumpOperator(rate: 0.8, terms: terms)]
  }

  /// h gain − n loss over N, in units of εJ.
  private static func change(
    _ bath: some Dissipator,
    on bands: BandStructure,
    at lambda: [Double],
    _ engine: TestedEngine
  ) throws -> [Double] {
    let values = try engine.values(bath.kernel(on: bands).separable, at: lambda, bands: bands.bands)
    return lambda.indices.map { m in
      let n = DoubleDouble.occupation(lambda[m]).high
      let h = DoubleDouble.occupation(-lambda[m]).high
      return (h * values.gain[m] - n * values.loss[m]) / Double(bands.grid.count)
    }
  }

  @Test("Mode operators are fermions", arguments: cases)
  func fermions(_ test: Case) throws {
    let lattice = try test.lattice()
    let one = Matrix.identity(lattice.space.dimension)
    for (k, first) in lattice.modes.enumerated() {
      for (q, second) in lattice.modes.enumerated() {
        let mixed = first * second.adjoint + second.adjoint * first
        #expect((mixed - Complex(k == q ? 1 : 0) * one).largest <= 1e-14)
        #expect((first * second + second * first).largest <= 1e-14)
      }
    }
  }

  @Test("The hoppings in real space are the energies times the mode numbers", arguments: cases)
  func hamiltonian(_ test: Case) throws {
    let lattice = try test.lattice()
    var real = Matrix(size: lattice.space.dimension)
    let origin = test.extents.map { _ in 0 }
    for hopping in lattice.hamiltonian.hoppings {
      for cell in 0..<lattice.grid.count {
        let creation = lattice.annihilator(orbital: hopping.to, cell: hopping.by, from: cell)
          .adjoint
        let removal = lattice.annihilator(orbital: hopping.from, cell: origin, from: cell)
        let term = hopping.amplitude * (creation * removal)
        real += hopping.isOnSite ? term : term + term.adjoint
      }
    }
    for (mode, energy) in zip(lattice.modes, lattice.bands.energies) {
      real = real - Complex(energy) * (mode.adjoint * mode)
    }
    #expect(real.largest <= 1e-13)
  }

  @Test("The density matrix has trace 1 and the occupations of λ", arguments: cases)
  func density(_ test: Case) throws {
    let lattice = try test.lattice()
    let lambda = test.lambda(lattice.modes.count)
    let density = lattice.density(lambda)
    #expect((density.trace - .one).length <= 1e-14)
    for (mode, value) in zip(lattice.modes, lambda) {
      let n = (mode.adjoint * mode * density).trace.real
      #expect(abs(n - DoubleDouble.occupation(value).high) <= 1e-14)
    }
  }

  @Test(
    "Jump operators in real space change ⟨I⟩ by h gain - n loss",
    arguments: cases,
    TestedEngine.allCases
  )
  func jumps(_ test: Case, _ engine: TestedEngine) throws {
    let lattice = try test.lattice()
    let lambda = test.lambda(lattice.modes.count)
    let jumps = Self.jumps(test.extents.count, orbitals: test.orbitals, seed: test.seed)
    let exact = lattice.rates(of: jumps, at: lattice.density(lambda))
    let change = try Self.change(
      JumpBath(operators: jumps),
      on: lattice.bands,
      at: lambda,
      engine
    )
    #expect(exact.contains { abs($0) > 0.01 })
    for (value, expected) in zip(change, exact) { #expect(abs(value - expected) <= 1e-12) }
  }

  @Test(
    "The Raman operator in real space changes ⟨I⟩ by h gain - n loss",
    arguments: cases.prefix(4)
  )
  func raman(_ test: Case) throws {
    let lattice = try test.lattice()
    let lambda = test.lambda(lattice.modes.count)
    let raman = JumpOperator.raman(delta: Complex(1, 1), deltaPrime: Complex(1, 0.5))
    let exact = lattice.rates(of: [raman], at: lattice.density(lambda))
    let bath = JumpBath(operators: [raman])
    let change = try Self.change(bath, on: lattice.bands, at: lambda, .direct)
    #expect(exact.contains { abs($0) > 0.01 })
    for (value, expected) in zip(change, exact) { #expect(abs(value - expected) <= 1e-12) }
  }

  @Test(
    "The thermal bath's operators between modes change ⟨I⟩ by h gain - n loss",
    arguments: cases,
    TestedEngine.allCases
  )
  func thermal(_ test: Case, _ engine: TestedEngine) throws {
    let lattice = try test.lattice()
    let lambda = test.lambda(lattice.modes.count)
    let exact = lattice.rates(ofThermal: 1.5, at: lattice.density(lambda))
    let bath = ThermalBath(inverseTemperature: 1.5)
    let change = try Self.change(bath, on: lattice.bands, at: lambda, engine)
    #expect(exact.contains { abs($0) > 0.01 })
    for (value, expected) in zip(change, exact) { #expect(abs(value - expected) <= 1e-12) }
  }
}
