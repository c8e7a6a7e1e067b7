import Dissipation
import Lattice
import Numerics
import Testing

@Suite("Presets and the same systems written out")
struct PresetTests {
  private let modes = 36

  @Test("Rashba dephasing is W = Σ γ |u|² |u|² with the closed forms of the weights")
  func dephasing() throws {
    let (alphaY, alphaZ, h) = (1.1, -0.9, 1.0)
    let bands = try BandStructure(
      of: .rashbaZeeman(hopping: 1, alphaY: alphaY, alphaZ: alphaZ, zeeman: h),
      on: MomentumGrid(extents: [modes]),
      momenta: 0..<modes
    )
    let kernel = try JumpBath.dephasing(rates: [0.75, 0.25]).kernel(on: bands)
    /// |u_↑|² of a mode, Equation (C2) in the form of physics: (1 ± d/R)/2.
    func up(_ mode: Int) -> Double {
      let k = -Double.pi + 2 * .pi * Double(mode / 2) / Double(modes)
      let d = 2 * alphaY * .sin(k) + h
      let radius = (d * d + 4 * alphaZ * alphaZ * .sin(k) * .sin(k)).squareRoot()
      return (1 + (mode % 2 == 0 ? d : -d) / radius) / 2
    }
    for k in 0..<2 * modes {
      for p in 0..<2 * modes {
        let rate = 0.75 * up(p) * up(k) + 0.25 * (1 - up(p)) * (1 - up(k))
        #expect(abs(kernel.rate(from: k, to: p) - rate) < 1e-14)
      }
    }
  }

  @Test("Dephasing written as jump operators has the same bits")
  func dephasingAsJumps() throws {
    let bands = try BandStructure(
      of: .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
      on: MomentumGrid(extents: [modes]),
      momenta: 0..<modes
    )
    let here = (0..<2).map { JumpOperator.Site(orbital: $0, cell: [0]) }
    let jumps = JumpBath(
      operators: [0.6, 0.4].enumerated().map { orbital, rate in
        JumpOperator(
          rate: rate,
          terms: [.init(amplitude: .one, create: here[orbital], annihilate: here[orbital])]
        )
      }
    )
    #expect(try jumps.kernel(on: bands) == JumpBath.dephasing(rates: [0.6, 0.4]).kernel(on: bands))
  }

  @Test("Raman written as four terms is one channel with the same rates to rounding")
  func ramanAsTerms() throws {
    let bands = try BandStructure(
      of: .tightBinding(hopping: 1),
      on: MomentumGrid(extents: [modes]),
      momenta: 0..<modes
    )
    let (delta, deltaPrime) = (Complex(1.0, 1.0), Complex(1.0, 0.5))
    let (here, next) = (
      JumpOperator.Site(orbital: 0, cell: [0]), JumpOperator.Site(orbital: 0, cell: [1])
    )
    // The terms in another order, shifted by a cell, which changes nothing.
    let terms: [JumpOperator.Term] = [
      .init(amplitude: -delta * deltaPrime, create: next, annihilate: next),
      .init(amplitude: -deltaPrime, create: here, annihilate: next),
      .init(amplitude: delta, create: next, annihilate: here),
      .init(amplitude: .one, create: here, annihilate: here),
    ]
    let written = try JumpBath(operators: [JumpOperator(terms: terms)]).kernel(on: bands)
    let preset = try JumpBath(operators: [.raman(delta: delta, deltaPrime: deltaPrime)])
      .kernel(on: bands)
    #expect(written.separable.channels.count == 1)
    for k in 0..<modes {
      for p in 0..<modes {
        #expect(abs(written.rate(from: k, to: p) - preset.rate(from: k, to: p)) < 1e-14 * 25)
      }
    }
  }

  @Test("Three bands by LAPACK are those of a chain with three sites in a cell")
  func folding() throws {
    // A chain of 3 N sites has ε = −2 cos(k) with k = (K + 2πn)/3.
    let cells = 14
    let one = Complex(-1.0)
    let folded = try BandStructure(
      of: BlochHamiltonian(
        dimension: 1,
        orbitals: ["a", "b", "c"],
        hoppings: [
          Hopping(from: 0, to: 1, by: [0], amplitude: one),
          Hopping(from: 1, to: 2, by: [0], amplitude: one),
          Hopping(from: 2, to: 0, by: [1], amplitude: one),
        ]
      ),
      on: MomentumGrid(extents: [cells], twists: [0.2]),
      momenta: 0..<cells
    )
    for cell in 0..<cells {
      let momentum = folded.grid.momentum(at: cell)[0] * .pi
      let energies = (0..<3).map { -2 * Double.cos((momentum + 2 * .pi * Double($0)) / 3) }
      for (band, energy) in energies.sorted(by: >).enumerated() {
        #expect(abs(folded.energies[3 * cell + band] - energy) < 1e-14 * 4)
      }
    }
  }

  @Test("The Raman chain has one channel for each bath that is on, and the rates of both")
  func ramanChain() throws {
    let grid = try MomentumGrid(extents: [modes])
    func kernel(_ drive: Double) throws -> RateKernel {
      let model = try OpenLattice.ramanChain(drive: drive)
      return try model.kernel(
        on: BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<modes)
      )
    }
    let (cold, driven, mixed) = (try kernel(0), try kernel(1), try kernel(0.25))
    #expect(cold.separable.channels.count == 1)
    #expect(driven.separable.channels.count == 1)
    #expect(mixed.separable.channels.count == 2)
    let rate = 0.75 * cold.rate(from: 3, to: 11) + 0.25 * driven.rate(from: 3, to: 11)
    #expect(abs(mixed.rate(from: 3, to: 11) - rate) < 1e-15)
    #expect(cold.rate(from: 3, to: 11) != driven.rate(from: 3, to: 11))
  }
}
