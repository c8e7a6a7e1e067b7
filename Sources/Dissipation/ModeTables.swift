import Lattice

/// What the numerics need to know of a model, tabulated over a range of momenta.
public struct ModeTables: Sendable {
  /// The flat indices of the momenta; from the first to the last where they are not contiguous.
  public private(set) var momenta: Range<Int>

  /// The number of bands.
  public let bands: Int

  /// ε of each mode.
  public private(set) var energies: [Double] = []

  /// The velocity that orbital a contributes in direction c, a table over the modes for each:
  /// element c · orbitals + a.
  public private(set) var velocities: [[Double]]

  /// Momenta that are worked on at a time, so that all that belongs to them stays in the second-level cache.
  public static let block = 4096

  /// W(k→q) over the modes; empty once it was taken out.
  public internal(set) var kernel = RateKernel()

  /// Tabulates a model; eigenvectors live only as long as a block of momenta is worked on.
  ///
  /// - Throws: `ModelError` if the model does not fit the grid.
  public init(
    of model: OpenLattice,
    on grid: MomentumGrid,
    momenta: Range<Int>
  ) throws(ModelError) {
    let orbitals = model.hamiltonian.orbitals.count
    self.momenta = momenta
    bands = orbitals
    let modes = momenta.count * orbitals
    velocities = Array(repeating: [], count: grid.dimension * orbitals)

    var start = momenta.lowerBound
    repeat {
      let block = start..<min(start + ModeTables.block, momenta.upperBound)
      let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: block)
      energies.add(bands.energies, of: modes)
      for table in velocities.indices {
        let (direction, orbital) = table.quotientAndRemainder(dividingBy: orbitals)
        velocities[table].add(
          bands.velocity(ofOrbital: orbital, direction: direction),
          of: modes
        )
      }
      let rates = try model.kernel(on: bands)
      if start == momenta.lowerBound {
        kernel = rates
        if block != momenta { kernel.reserve(modes: modes) }
      } else {
        kernel.append(rates)
      }
      start = block.upperBound
    } while start < momenta.upperBound
  }

  /// Takes the kernel out, so that its tables are freed with it.
  public mutating func takeKernel() -> RateKernel {
    defer { kernel = RateKernel() }
    return kernel
  }

  /// Appends the tables of momenta that follow.
  ///
  /// - Precondition: `next` is of the same model.
  public mutating func append(_ next: ModeTables) {
    momenta = momenta.lowerBound..<next.momenta.upperBound
    energies += next.energies
    for table in velocities.indices { velocities[table] += next.velocities[table] }
    kernel.append(next.kernel)
  }
}

extension [Double] {
  /// Appends elements of so many in all; those of a single block are not copied.
  fileprivate mutating func add(_ next: [Double], of total: Int) {
    if isEmpty, next.count == total {
      self = next
    } else {
      if isEmpty { reserveCapacity(total) }
      self += next
    }
  }
}
