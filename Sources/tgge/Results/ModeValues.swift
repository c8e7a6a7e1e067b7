import Communication
import Lattice
import Records
import Studies

/// What is known of the modes of a lattice, without baths: momenta, bands, energies and velocities.
struct ModeValues {
  /// A quantity with one or several numbers for each mode.
  struct Quantity<Element: ResultElement> {
    let name: String
    /// The extents of the axes behind that of the modes.
    var components: [Int] = []
    let label: ResultLabel
    /// Whether the grid of momenta determines it, whatever the bands.
    var isOfGrid = false
    /// What stands where a mode is missing.
    let nothing: Element
    /// The numbers of the owned modes, mode by mode.
    let values: [Element]
  }

  /// The band of each mode.
  let band: Quantity<Int64>

  /// All other quantities.
  let quantities: [Quantity<Double>]

  /// The memory that each rank needs for them, in bytes.
  static func estimatedBytes(of setup: StudySetup, withWeights: Bool = false, ranks: Int) -> Double
  {
    let (orbitals, dimension) = (Double(setup.bands), Double(setup.grid.dimension))
    let numbers = 2 + dimension * (2 + orbitals) + (withWeights ? orbitals : 0)
    // One quantity is copied into the order of its file.
    return 8 * (numbers + 1) * (Double(setup.modes) / Double(ranks)).rounded(.up)
  }

  /// Computes the modes that a rank owns.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - setup: The model and its grid.
  ///   - partition: Who owns which modes.
  ///   - withWeights: Whether weights of orbitals are wanted, too.
  /// - Throws: `ModelError` if the model does not fit the grid, or bands touch at a momentum.
  init(
    of setup: StudySetup,
    partition: Partition,
    withWeights: Bool = false
  ) throws(ModelError) {
    let (orbitals, dimension) = (setup.bands, setup.grid.dimension)
    let momenta = partition.ownedMomenta
    var (energies, weights): ([Double], [Double]) = ([], [])
    var (velocities, orbitalVelocities): ([Double], [Double]) = ([], [])
    let modes = partition.owned.count
    energies.reserveCapacity(modes)
    if withWeights { weights.reserveCapacity(modes * orbitals) }
    velocities.reserveCapacity(modes * dimension)
    orbitalVelocities.reserveCapacity(modes * dimension * orbitals)
    for start in stride(from: momenta.lowerBound, to: momenta.upperBound, by: 1024) {
      let block = start..<min(start + 1024, momenta.upperBound)
      let hamiltonian = setup.model.hamiltonian
      let structure = try BandStructure(of: hamiltonian, on: setup.grid, momenta: block)
      energies += structure.energies
      if withWeights { weights += structure.eigenvectors.map(\.lengthSquared) }
      let tables = (0..<dimension * orbitals).map { table in
        structure.velocity(ofOrbital: table % orbitals, direction: table / orbitals)
      }
      for mode in structure.energies.indices { orbitalVelocities += tables.map { $0[mode] } }
    }
    for first in stride(from: 0, to: orbitalVelocities.count, by: orbitals) {
      velocities.append(orbitalVelocities[first..<first + orbitals].reduce(0, +))
    }
    self.init(
      setup,
      partition,
      energies,
      velocities,
      orbitalVelocities,
      withWeights ? weights : nil
    )
  }

  /// The modes of a lattice without bands, such as one whose bands touch: energies and velocities are NaN.
  init(withoutBands setup: StudySetup, partition: Partition) {
    let (modes, dimension) = (partition.owned.count, setup.grid.dimension)
    func nothing(_ components: Int) -> [Double] {
      Array(repeating: .nan, count: modes * components)
    }
    let orbitalVelocities = nothing(dimension * setup.bands)
    self.init(setup, partition, nothing(1), nothing(dimension), orbitalVelocities, nil)
  }

  private init(
    _ setup: StudySetup,
    _ partition: Partition,
    _ energies: [Double],
    _ velocities: [Double],
    _ orbitalVelocities: [Double],
    _ weights: [Double]?
  ) {
    let (orbitals, dimension) = (setup.bands, setup.grid.dimension)
    band = Quantity(
      name: "band",
      label: ResultLabel("Band of each mode; 0 is the highest.", axes: ["mode"]),
      isOfGrid: true,
      nothing: -1,
      values: partition.owned.map { Int64($0 % orbitals) }
    )
    var quantities: [Quantity<Double>] = [
      Quantity(
        name: "momentum",
        components: [dimension],
        label: ResultLabel("Momentum of each mode.", unit: "pi", axes: ["mode", "direction"]),
        isOfGrid: true,
        nothing: .nan,
        values: partition.owned.flatMap { setup.grid.momentum(at: $0 / orbitals) }
      ),
      Quantity(
        name: "energy",
        label: ResultLabel("Energy of each mode.", unit: "energy", axes: ["mode"]),
        nothing: .nan,
        values: energies
      ),
      Quantity(
        name: "velocity",
        components: [dimension],
        label: ResultLabel(
          "Velocity of each mode, its energy's derivative.",
          unit: "energy",
          axes: ["mode", "direction"]
        ),
        nothing: .nan,
        values: velocities
      ),
      Quantity(
        name: "orbital_velocity",
        components: [dimension, orbitals],
        label: ResultLabel(
          "What each orbital contributes to the velocity of each mode.",
          unit: "energy",
          axes: ["mode", "direction", "orbital"]
        ),
        nothing: .nan,
        values: orbitalVelocities
      ),
    ]
    if let weights {
      quantities.append(
        Quantity(
          name: "orbital_weight",
          components: [orbitals],
          label: ResultLabel(
            "Weight of each orbital in each mode, |u|^2.",
            axes: ["mode", "orbital"]
          ),
          nothing: .nan,
          values: weights
        )
      )
    }
    self.quantities = quantities
  }
}
