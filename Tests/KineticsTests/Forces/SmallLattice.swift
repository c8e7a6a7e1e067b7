import Dissipation
import Kinetics
import Lattice
import Numerics
import TestSupport

/// A lattice of few cells with all its operators in Fock space, by brute force.
///
/// A cell that is n times around the lattice is the cell itself times e^(ik·L n), the same for all momenta
/// of the grid: −1 for each time around an odd number of cells, and the twist.
struct SmallLattice {
  let hamiltonian: BlochHamiltonian
  let grid: MomentumGrid
  let bands: BandStructure
  let space: FockSpace
  let modes: [Matrix]

  init(_ hamiltonian: BlochHamiltonian, extents: [Int], twists: [Double]) throws {
    self.hamiltonian = hamiltonian
    grid = try MomentumGrid(extents: extents, twists: twists)
    bands = try BandStructure(of: hamiltonian, on: grid, momenta: 0..<grid.count)
    let orbitals = hamiltonian.orbitals.count
    space = FockSpace(places: grid.count * orbitals)

    // η_kν = N^(−1/2) Σ_Ra e^(−ik·R) u*_aν(k) c_Ra
    var modes: [Matrix] = []
    for momentum in 0..<grid.count {
      let k = grid.momentum(at: momentum)
      for band in 0..<orbitals {
        var mode = Matrix(size: space.dimension)
        for cell in 0..<grid.count {
          let angle = zip(k, grid.coordinates(of: cell)).reduce(0) {
            $0 - .pi * $1.0 * Double($1.1)
          }
          let wave = Complex(length: 1 / Double(grid.count).squareRoot(), phase: angle)
          for orbital in 0..<orbitals {
            let place = (momentum * orbitals + band) * orbitals + orbital
            let amplitude = bands.eigenvectors[place].conjugate
            mode += wave * amplitude * space.annihilators[cell * orbitals + orbital]
          }
        }
        modes.append(mode)
      }
    }
    self.modes = modes
  }

  /// c_{R+cell, orbital}, with the phase of the boundary.
  func annihilator(orbital: Int, cell: [Int], from origin: Int) -> Matrix {
    var (index, phase) = (0, Complex<Double>.one)
    for (direction, extent) in grid.extents.enumerated() {
      let target = grid.coordinates(of: origin)[direction] + cell[direction]
      let around = Int((Double(target) / Double(extent)).rounded(.down))
      // e^(ik L) with k L = −π L + 2π (j + twist).
      let angle = .pi * (2 * grid.twists[direction] - Double(extent)) * Double(around)
      phase *= Complex(length: 1, phase: angle)
      index = index * extent + target - around * extent
    }
    return phase * space.annihilators[index * bands.bands + orbital]
  }

  /// The density matrix Π_m [n_m I_m + h_m (1 − I_m)].
  func density(_ lambda: [Double]) -> Matrix {
    let one = Matrix.identity(space.dimension)
    return zip(modes, lambda).reduce(one) { product, mode in
      let number = mode.0.adjoint * mode.0
      let n = Complex(DoubleDouble.occupation(mode.1).high)
      let h = Complex(DoubleDouble.occupation(-mode.1).high)
      return product * (n * number + h * (one - number))
    }
  }

  /// The rate at which a bath of jump operators in real space changes each ⟨I_m⟩.
  func rates(of jumps: [JumpOperator], at density: Matrix) -> [Double] {
    var change = Matrix(size: space.dimension)
    for jump in jumps {
      for cell in 0..<grid.count {
        var total = Matrix(size: space.dimension)
        for term in jump.terms {
          let (create, annihilate) = (term.create, term.annihilate)
          let creation = annihilator(orbital: create.orbital, cell: create.cell, from: cell).adjoint
          let removal = annihilator(
            orbital: annihilate.orbital,
            cell: annihilate.cell,
            from: cell
          )
          total += term.amplitude * (creation * removal)
        }
        change += Complex(jump.rate) * FockSpace.dissipator(total, on: density)
      }
    }
    return expectations(change)
  }

  /// The rate at which a thermal bath changes each ⟨I_m⟩: one operator for each pair of modes.
  func rates(ofThermal beta: Double, at density: Matrix) -> [Double] {
    var change = Matrix(size: space.dimension)
    for (k, source) in modes.enumerated() {
      for (q, sink) in modes.enumerated() {
        let weight = Double.exp(beta * (bands.energies[k] - bands.energies[q]) / 2)
        let jump = sink.adjoint * source
        let rate = Complex(weight / Double(grid.count))
        change += rate * FockSpace.dissipator(jump, on: density)
      }
    }
    return expectations(change)
  }

  private func expectations(_ change: Matrix) -> [Double] {
    modes.map { ($0.adjoint * $0 * change).trace.real }
  }
}
