import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Band structure")
struct BandStructureTests {
  private static let extents = [[100], [101], [12, 7], [6, 5, 4]]

  private static func tightBinding(_ extents: [Int], _ hopping: Double) throws -> BandStructure {
    let grid = try MomentumGrid(extents: extents)
    return try BandStructure(
      of: .tightBinding(hopping: hopping, dimension: extents.count),
      on: grid,
      momenta: 0..<grid.count
    )
  }

  @Test("Tight-binding energies are -2J cos k, summed over directions", arguments: extents)
  func energies(_ extents: [Int]) throws {
    let bands = try Self.tightBinding(extents, 1.3)
    for mode in 0..<bands.grid.count {
      var exact = DoubleDouble(0)
      for (j, extent) in zip(bands.grid.coordinates(of: mode), extents) {
        exact += DoubleDouble(-2.6) * DoubleDouble.circle(2 * j - extent, over: extent).cosine
      }
      #expect((exact - DoubleDouble(bands.energies[mode])).magnitude.high <= 1e-14)
    }
  }

  @Test("Tight-binding velocities are 2J sin k in each direction", arguments: extents)
  func velocities(_ extents: [Int]) throws {
    let bands = try Self.tightBinding(extents, 1.3)
    let velocities = extents.indices.map { bands.velocity(ofOrbital: 0, direction: $0) }
    #expect(velocities.allSatisfy { $0.count == bands.grid.count })
    for mode in 0..<bands.grid.count {
      for (direction, j) in bands.grid.coordinates(of: mode).enumerated() {
        let sine = DoubleDouble.circle(2 * j - extents[direction], over: extents[direction]).sine
        let velocity = velocities[direction][mode]
        #expect((DoubleDouble(2.6) * sine - DoubleDouble(velocity)).magnitude.high <= 1e-14)
      }
    }
  }

  @Test("A complex hopping over two cells gives 2 Re(t e^(-2ik)) and its slope")
  func complexHopping() throws {
    let amplitude = Complex(0.3, -0.8)
    let hopping = Hopping(from: 0, to: 0, by: [2], amplitude: amplitude)
    let chain = try BlochHamiltonian(dimension: 1, orbitals: ["site"], hoppings: [hopping])
    let grid = try MomentumGrid(extents: [25], twists: [0.2])
    let bands = try BandStructure(of: chain, on: grid, momenta: 0..<25)
    let velocities = bands.velocity(ofOrbital: 0, direction: 0)
    for mode in 0..<25 {
      let k = .pi * grid.momentum(at: mode)[0]
      let energy = 2 * (0.3 * Double.cos(2 * k) - 0.8 * Double.sin(2 * k))
      let velocity = 4 * (-0.3 * Double.sin(2 * k) - 0.8 * Double.cos(2 * k))
      #expect(abs(bands.energies[mode] - energy) <= 1e-14)
      #expect(abs(velocities[mode] - velocity) <= 1e-14)
    }
  }

  @Test("Energies are even and velocities odd in k, bit for bit")
  func parity() throws {
    let bands = try Self.tightBinding([100], 1.3)
    let velocities = bands.velocity(ofOrbital: 0, direction: 0)
    for j in 1..<100 {
      #expect(bands.energies[j] == bands.energies[100 - j])
      #expect(velocities[j] == -velocities[100 - j])
    }
  }

  @Test("Velocities are exactly zero at k = 0 and k = -π")
  func zeroVelocities() throws {
    let bands = try Self.tightBinding([100], 1.3)
    let velocities = bands.velocity(ofOrbital: 0, direction: 0)
    #expect(velocities[0] == 0)
    #expect(velocities[50] == 0)
  }

  @Test("All energies lie within the energy bounds", arguments: extents)
  func bounds(_ extents: [Int]) throws {
    let bands = try Self.tightBinding(extents, -0.4)
    // The sums over directions round.
    let slack = 4 * bands.energyBounds.upperBound.ulp
    let bounds = bands.energyBounds.lowerBound - slack...bands.energyBounds.upperBound + slack
    for energy in bands.energies { #expect(bounds.contains(energy)) }
  }

  @Test("A single orbital is its own band")
  func eigenvectors() throws {
    let bands = try Self.tightBinding([10], 1)
    #expect(bands.bands == 1)
    #expect(bands.orbitals == ["site"])
    #expect(bands.eigenvectors == [Complex<Double>](repeating: .one, count: 10))
  }

  @Test("The tables of a range are those of the whole, from its start", arguments: extents)
  func ranges(_ extents: [Int]) throws {
    let whole = try Self.tightBinding(extents, 1)
    let momenta = whole.grid.count / 3..<whole.grid.count / 2
    let part = try BandStructure(
      of: .tightBinding(hopping: 1, dimension: extents.count),
      on: whole.grid,
      momenta: momenta
    )
    #expect(part.momenta == momenta)
    #expect(part.energies == Array(whole.energies[momenta]))
    for direction in extents.indices {
      let velocities = whole.velocity(ofOrbital: 0, direction: direction)[momenta]
      #expect(part.velocity(ofOrbital: 0, direction: direction) == Array(velocities))
    }
    #expect(part.energyBounds == whole.energyBounds)
  }

  @Test("A grid of another dimension than the Hamiltonian is refused")
  func dimensions() throws {
    let grid = try MomentumGrid(extents: [4, 4])
    let chain = try BlochHamiltonian.tightBinding(hopping: 1)
    let error = #expect(throws: ModelError.self) {
      try BandStructure(of: chain, on: grid, momenta: 0..<16)
    }
    #expect(error?.description == "the lattice has 2 directions, its Hamiltonian 1")
  }

  @Test(
    "A hopping that is not finite, or beyond what exact sums can take, is refused",
    arguments: [Double.nan, .infinity, 1e201, 1e-201, -1e-300]
  )
  func hopping(_ hopping: Double) {
    #expect(throws: ModelError.self) { try BlochHamiltonian.tightBinding(hopping: hopping) }
  }
}
