import Numerics
import VectorMath

/// Phases, energies and velocities of a lattice of one orbital, for one tile of momenta after the other.
///
/// The numbers are those of `BandStructure`, bit for bit. But where that has tables of its own for each range of
/// momenta, a tile takes the place of the one before in memory that is aligned and stays in the first-level cache,
/// and the terms of all sums are prepared once.
package final class SingleBand {
  /// The largest number of momenta in a tile.
  package static let tile = 1024

  /// From one table to the next: 17 cache lines beyond a tile, or else all would have the same place in their pages.
  private static let stride = tile + 136

  private let grid: MomentumGrid
  private let displacements: [[Int]]
  /// For each displacement.
  private let circles: [CircleTables]
  /// ε, then e^{−ik·r} of each displacement: real parts, imaginary parts.
  private let memory: AlignedVector
  private let energy: [PlaneTerm]
  /// ∂ε/∂k_c for each direction.
  private let gradient: [[PlaneTerm]]

  /// Prepares tables.
  ///
  /// - Parameters:
  ///   - hamiltonian: Has one orbital, and the dimension of the grid.
  ///   - grid: The momenta.
  ///   - others: Displacements whose phases are wanted besides those of the hoppings.
  package init(of hamiltonian: BlochHamiltonian, on grid: MomentumGrid, others: [[Int]]) {
    precondition(hamiltonian.orbitals.count == 1 && hamiltonian.dimension == grid.dimension)
    let displacements = PhasePlanes.distinct(hamiltonian.hoppings.map(\.by) + others)
    let memory = AlignedVector(count: (1 + 2 * displacements.count) * SingleBand.stride)
    let (matrix, gradient) = hamiltonian.planeTerms { hopping in
      SingleBand.phase(of: hamiltonian.hoppings[hopping].by, displacements, memory.pointer)
    }
    self.grid = grid
    self.displacements = displacements
    circles = displacements.map { _ in CircleTables() }
    self.memory = memory
    energy = matrix[0]
    self.gradient = gradient
  }

  /// ε of the tile.
  package var energies: UnsafePointer<Double> { UnsafePointer(memory.pointer) }

  /// Makes momenta that follow each other the present tile.
  ///
  /// - Parameters:
  ///   - first: The flat index of the first.
  ///   - count: At most `tile` momenta, whole vectors; those beyond the lattice are its last one.
  package func tabulate(from first: Int, count: Int) {
    for (place, displacement) in displacements.enumerated() {
      let cosines = memory.pointer + (1 + 2 * place) * SingleBand.stride
      grid.writePhases(
        cosines,
        cosines + SingleBand.stride,
        from: first,
        count: count,
        displacement: displacement,
        tables: circles[place]
      )
    }
    writeSum(of: energy, to: memory.pointer, count: count)
  }

  /// Writes the velocities of the tile in a direction.
  package func writeVelocities(
    in direction: Int,
    to target: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    writeSum(of: gradient[direction], to: target, count: count)
  }

  /// |Σ_α c_α e^{ik·r_α}|² of the tile.
  ///
  /// - Parameters:
  ///   - factors: c_α.
  ///   - cells: r_α, of which all but the origin were announced.
  /// - Returns: The square, to be written for each tile.
  package func square(_ factors: [Complex<Double>], at cells: [[Int]]) -> PhaseSquare {
    let moving = PhaseSquare.displacements(cells)
    return PhaseSquare(
      factors,
      at: cells,
      moving.map { SingleBand.phase(of: $0, displacements, memory.pointer) }
    )
  }

  private static func phase(
    of displacement: [Int],
    _ displacements: [[Int]],
    _ memory: UnsafeMutablePointer<Double>
  ) -> PhasePlane {
    guard let found = PhasePlanes.place(displacement, in: displacements) else {
      preconditionFailure("the phase of a displacement that was not announced")
    }
    let cosines = memory + (1 + 2 * found.place) * stride
    return PhasePlane(cosines: cosines, sines: cosines + stride, sign: found.sign)
  }
}
