import Dissipation
import Lattice
import Numerics
import TestSupport

/// A lattice with baths that no symmetry protects.
struct RandomModel {
  let model: OpenLattice
  let grid: MomentumGrid

  /// Hoppings to all neighbours and two thirds of all pairs of orbitals, two product operators and one
  /// that is none, beside a thermal bath.
  init(dimension: Int, orbitals: Int, beta: Double, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func number(_ size: Double) -> Double { Double.random(in: -size...size, using: &random) }
    func amplitude() -> Complex<Double> { Complex(number(0.5), number(0.5)) }

    var hoppings: [Hopping] = []
    for from in 0..<orbitals {
      let zero = Array(repeating: 0, count: dimension)
      // On-site energies apart, so that bands are.
      let energy = Double(from) + number(0.3)
      hoppings.append(Hopping(from: from, to: from, by: zero, amplitude: Complex(energy)))
      for to in 0..<orbitals {
        for direction in 0..<dimension {
          var by = zero
          by[direction] = 1
          hoppings.append(Hopping(from: from, to: to, by: by, amplitude: amplitude()))
        }
      }
    }
    func site() -> JumpOperator.Site {
      let cell = (0..<dimension).map { _ in Int.random(in: -1...2, using: &random) }
      return .init(orbital: Int.random(in: 0..<orbitals, using: &random), cell: cell)
    }
    let products = (0..<2).map { _ in
      JumpOperator(
        rate: 0.2 + abs(number(1)),
        creating: [(amplitude(), site()), (amplitude(), site())],
        annihilating: [(amplitude(), site()), (amplitude(), site())]
      )
    }
    let other = JumpOperator(
      rate: 0.7,
      terms: (0..<3).map { _ in
        .init(amplitude: amplitude(), create: site(), annihilate: site())
      }
    )
    model = OpenLattice(
      hamiltonian: try BlochHamiltonian(
        dimension: dimension,
        orbitals: (0..<orbitals).map { "orbital\($0)" },
        hoppings: hoppings
      ),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 0.4),
        WeightedBath(JumpBath(operators: products + [other]), weight: 0.6),
      ],
      coupling: 0.05
    )
    grid = try MomentumGrid(
      extents: [[23], [6, 5], [4, 3, 3]][dimension - 1],
      twists: (0..<dimension).map { _ in number(0.5) }
    )
  }

  /// W(k→q) over all modes.
  var kernel: RateKernel {
    get throws {
      try model.kernel(
        on: BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<grid.count)
      )
    }
  }
}
