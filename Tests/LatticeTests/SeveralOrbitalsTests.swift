import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Bands of several orbitals")
struct SeveralOrbitalsTests {
  private static let cases = [(1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (3, 2)]

  private static func bands(_ dimension: Int, _ orbitals: Int) throws -> (
    hamiltonian: BlochHamiltonian, bands: BandStructure
  ) {
    let hamiltonian = try BlochHamiltonianTests.random(
      dimension: dimension,
      orbitals: orbitals,
      seed: 35
    )
    let grid = try MomentumGrid(
      extents: Array([7, 4, 3].prefix(dimension)),
      twists: Array([0.1, 0.2, 0.3].prefix(dimension))
    )
    return (hamiltonian, try BandStructure(of: hamiltonian, on: grid, momenta: 0..<grid.count))
  }

  @Test("The eigenvectors of a momentum are unitary", arguments: cases)
  func unitary(_ dimension: Int, _ orbitals: Int) throws {
    let bands = try Self.bands(dimension, orbitals).bands
    for momentum in 0..<bands.grid.count {
      for first in 0..<orbitals {
        for second in 0..<orbitals {
          var overlap = Complex<Double>.zero
          for orbital in 0..<orbitals {
            let left = bands.eigenvectors[(momentum * orbitals + first) * orbitals + orbital]
            let right = bands.eigenvectors[(momentum * orbitals + second) * orbitals + orbital]
            overlap += left.conjugate * right
          }
          #expect((overlap - (first == second ? .one : .zero)).length <= 1e-14)
        }
      }
    }
  }

  @Test("H u = ε u for each band, to 1e-14 of H", arguments: cases)
  func eigenvalues(_ dimension: Int, _ orbitals: Int) throws {
    let (hamiltonian, bands) = try Self.bands(dimension, orbitals)
    for momentum in 0..<bands.grid.count {
      let matrix = BlochHamiltonianTests.evaluate(hamiltonian, on: bands.grid, at: momentum).matrix
      let size = matrix.reduce(0) { $0 + $1.length }
      for mode in momentum * orbitals..<(momentum + 1) * orbitals {
        for row in 0..<orbitals {
          var product = Complex<Double>.zero
          for column in 0..<orbitals {
            let amplitude = bands.eigenvectors[mode * orbitals + column]
            product += matrix[row * orbitals + column] * amplitude
          }
          let expected = Complex(bands.energies[mode]) * bands.eigenvectors[mode * orbitals + row]
          #expect((product - expected).length <= 1e-14 * size)
        }
      }
    }
  }

  @Test(
    "Squared amplitudes are |sum of c e^{ikr} u|^2, to 1e-14 of the sum of magnitudes",
    arguments: cases + [(1, 1), (2, 1), (3, 1)]
  )
  func squares(_ dimension: Int, _ orbitals: Int) throws {
    let bands = try Self.bands(dimension, orbitals).bands
    var generator = SeededGenerator(seed: 36)
    // On site, a neighbour on either side, and a displacement that no hopping has.
    var cells = [-1, 0, 1, 5].map { [$0] + Array(repeating: 0, count: dimension - 1) }
    cells.append(Array(repeating: 1, count: dimension))
    let sites = cells.enumerated().map { ($0.offset % orbitals, $0.element) }
    let factors = sites.map { _ in
      Complex(
        Double.random(in: -1...1, using: &generator),
        Double.random(in: -1...1, using: &generator)
      )
    }
    let bound = factors.reduce(0) { $0 + $1.length }
    let found = bands.squaredAmplitudes(at: sites, factors: factors)
    #expect(found.count == bands.energies.count)
    for (mode, square) in found.enumerated() {
      let momentum = mode / orbitals
      var sum = Complex<Double>.zero
      for (factor, site) in zip(factors, sites) {
        let coordinates = bands.grid.coordinates(of: momentum)
        let phase = bands.grid.phase(at: coordinates, displacement: site.1).conjugate
        sum += factor * phase * bands.eigenvectors[mode * orbitals + site.0]
      }
      #expect(abs(square - sum.lengthSquared) <= 1e-14 * bound * bound)
    }
  }

  @Test("The highest band of a momentum comes first", arguments: cases)
  func order(_ dimension: Int, _ orbitals: Int) throws {
    let bands = try Self.bands(dimension, orbitals).bands
    for mode in 1..<bands.energies.count where mode % orbitals != 0 {
      #expect(bands.energies[mode - 1] > bands.energies[mode])
    }
  }

  @Test("Velocities summed over orbitals are the slope of the energy", arguments: cases)
  func velocities(_ dimension: Int, _ orbitals: Int) throws {
    let (hamiltonian, bands) = try Self.bands(dimension, orbitals)
    // Central differences by a twist: k moves by 2π · step / L. Third order in the step: 1e-3 of k gives
    // 1e-6 times the third derivative over the gaps.
    let step = 1e-5
    for direction in 0..<dimension {
      let extent = Double(bands.grid.extents[direction])
      let moved = try [-step, step].map { change in
        var twists = bands.grid.twists
        twists[direction] += change
        let grid = try MomentumGrid(extents: bands.grid.extents, twists: twists)
        return try BandStructure(of: hamiltonian, on: grid, momenta: 0..<grid.count).energies
      }
      let velocities = (0..<orbitals).map { bands.velocity(ofOrbital: $0, direction: direction) }
      for mode in bands.energies.indices {
        let slope = (moved[1][mode] - moved[0][mode]) / (4 * .pi * step / extent)
        let velocity = velocities.reduce(0) { $0 + $1[mode] }
        #expect(abs(velocity - slope) <= 1e-6)
      }
    }
  }

  @Test("Rashba-Zeeman bands are -2J cos k ± R to 1e-14, for both signs of α_z")
  func rashbaZeeman() throws {
    for alphaZ in [0.9, -0.9] {
      let bands = try Self.rashbaZeeman(alphaZ: alphaZ)
      for j in 0..<bands.grid.count {
        let (sine, cosine) = Self.circle(j, bands.grid.count)
        let d = 2.2 * sine + 1
        let radius = (d * d + 4 * 0.81 * sine * sine).squareRoot()
        #expect(abs(bands.energies[2 * j] - (-2 * cosine + radius)) <= 1e-14)
        #expect(abs(bands.energies[2 * j + 1] - (-2 * cosine - radius)) <= 1e-14)
      }
    }
  }

  @Test("Rashba-Zeeman weights are (1 ± d/R)/2 to 1e-14, without cancellation in the small one")
  func weights() throws {
    let bands = try Self.rashbaZeeman(alphaZ: -0.9)
    for j in 0..<bands.grid.count {
      let (sine, _) = Self.circle(j, bands.grid.count)
      let d = 2.2 * sine + 1
      let radius = (d * d + 4 * 0.81 * sine * sine).squareRoot()
      // 1 − |d|/R without cancellation
      let small = 4 * 0.81 * sine * sine / (2 * radius * (radius + abs(d)))
      let up = d >= 0 ? 1 - small : small
      let expected = [up, 1 - up, 1 - up, up]
      for (place, weight) in expected.enumerated() {
        let value = bands.eigenvectors[4 * j + place].lengthSquared
        #expect(abs(value - weight) <= 1e-14)
        if weight == small { #expect(abs(value - weight) <= 1e-13 * weight) }
      }
    }
  }

  @Test("Rashba-Zeeman velocities of each spin are Eqs. C5 and C6 to 1e-14")
  func spinVelocities() throws {
    for alphaZ in [0.9, -0.9] {
      let bands = try Self.rashbaZeeman(alphaZ: alphaZ)
      let velocities = (0..<2).map { bands.velocity(ofOrbital: $0, direction: 0) }
      for j in 0..<bands.grid.count {
        let (sine, cosine) = Self.circle(j, bands.grid.count)
        let d = 2.2 * sine + 1
        let radius = (d * d + 4 * 0.81 * sine * sine).squareRoot()
        for (band, sign) in [1.0, -1].enumerated() {
          let up = (1 + sign * d / radius) / 2
          let mixing = sign * 2 * 0.81 * sine * cosine / radius
          let expected = [
            2 * (sine + 1.1 * cosine) * up + mixing, 2 * (sine - 1.1 * cosine) * (1 - up) + mixing,
          ]
          for orbital in 0..<2 {
            let velocity = velocities[orbital][2 * j + band]
            #expect(abs(velocity - expected[orbital]) <= 1e-14)
          }
        }
      }
    }
  }

  @Test("Degenerate bands are an error that names the momentum and a twist")
  func degenerate() throws {
    let hamiltonian = try BlochHamiltonian.rashbaZeeman(
      hopping: 1,
      alphaY: 1.1,
      alphaZ: 0.9,
      zeeman: 0
    )
    let grid = try MomentumGrid(extents: [8])
    let error = #expect(throws: ModelError.self) {
      try BandStructure(of: hamiltonian, on: grid, momenta: 3..<8)
    }
    #expect(error?.description.contains("0.0π") == true)
    #expect(error?.description.contains("twist") == true)
    let twisted = try MomentumGrid(extents: [8], twists: [0.25])
    _ = try BandStructure(of: hamiltonian, on: twisted, momenta: 0..<8)
  }

  /// The paper's chain, J = 1, α_y = 1.1, α_z = ±0.9, h = 1.
  private static func rashbaZeeman(alphaZ: Double) throws -> BandStructure {
    let hamiltonian = try BlochHamiltonian.rashbaZeeman(
      hopping: 1,
      alphaY: 1.1,
      alphaZ: alphaZ,
      zeeman: 1
    )
    return try BandStructure(of: hamiltonian, on: MomentumGrid(extents: [40]), momenta: 0..<40)
  }

  private static func circle(_ j: Int, _ count: Int) -> (sine: Double, cosine: Double) {
    let exact = DoubleDouble.circle(2 * j - count, over: count)
    return (exact.sine.high, exact.cosine.high)
  }
}
