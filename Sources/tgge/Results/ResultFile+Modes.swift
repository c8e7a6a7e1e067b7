import Communication
import Lattice
import MPICommunication
import Records
import Studies

/// What is known of the modes, in the group `modes`.
extension ResultFile<MPICommunicator> {
  /// Writes what is known of the modes: `modes/momentum`, `band`, `energy`, `velocity` and
  /// `orbital_velocity`.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - setup: The model and its grid.
  ///   - partition: Who owns which modes.
  ///   - withWeights: Whether to write `modes/orbital_weight`, too.
  /// - Throws: `ModelError` or `RemoteFailure` if the model does not fit the grid, and what writing throws.
  func writeModes(
    of setup: StudySetup,
    partition: Partition,
    withWeights: Bool = false
  ) throws {
    // Bands may touch at a momentum of one rank.
    let values = try communicator.agree {
      try ModeValues(of: setup, partition: partition, withWeights: withWeights)
    }
    try write(values.band, partition)
    for quantity in values.quantities { try write(quantity, partition) }
    try nameOrbitals(of: setup, values)
  }

  /// Writes what is known of the modes of all points of a sweep.
  ///
  /// Collective. What is the same at all points is written once; what is not has the points as its first axis, and
  /// NaN (band −1) where a point has fewer modes than others. Energies and velocities are NaN where bands touch.
  ///
  /// - Parameters:
  ///   - setups: The points, one or more.
  ///   - width: The number of modes of the largest one.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func writeModes(of setups: [StudySetup], width: Int) throws {
    let first = setups[0]
    let hasOneGrid = setups.allSatisfy { $0.grid == first.grid }
    let hamiltonian = first.model.hamiltonian
    let hasOneLattice = hasOneGrid && setups.allSatisfy { $0.model.hamiltonian == hamiltonian }
    for (point, setup) in setups.enumerated() where point == 0 || !hasOneLattice {
      let partition = setup.partition(over: communicator)
      let values = try modes(of: setup, partition)
      func write<Element: ResultElement>(_ quantity: ModeValues.Quantity<Element>) throws {
        guard quantity.isOfGrid ? hasOneGrid : hasOneLattice else {
          if point == 0 { try createRows(of: quantity, points: setups.count, width: width) }
          return try writeRow(quantity, point, partition, width: width)
        }
        if point == 0 { try self.write(quantity, partition) }
      }
      try write(values.band)
      for quantity in values.quantities { try write(quantity) }
      if point == 0 { try nameOrbitals(of: setup, values) }
    }
  }

  /// Writes NaN, or what stands for it, to the last modes of a row.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - nothing: What is written.
  ///   - name: The dataset.
  ///   - row: The row.
  ///   - modes: Which modes.
  ///   - components: The extents of the axes behind that of the modes.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func fill<Element: ResultElement>(
    _ nothing: Element,
    _ name: String,
    row: Int,
    modes: Range<Int>,
    components: [Int] = []
  ) throws {
    guard !modes.isEmpty else { return }
    let share = Partition(momenta: modes.count, bands: 1, over: communicator).owned
    let owned = share.lowerBound + modes.lowerBound..<share.upperBound + modes.lowerBound
    let values = Array(repeating: nothing, count: owned.count * components.reduce(1, *))
    try values.withUnsafeBufferPointer { buffer in
      try write(buffer, to: name, row: row, owned: owned, components: components)
    }
  }

  // MARK: - Pieces

  /// The modes of a point, which may be one that fails.
  private func modes(of setup: StudySetup, _ partition: Partition) throws -> ModeValues {
    do {
      return try communicator.agree { try ModeValues(of: setup, partition: partition) }
    } catch  where !(error is CommunicationError) {
      return ModeValues(withoutBands: setup, partition: partition)
    }
  }

  private func write<Element: ResultElement>(
    _ quantity: ModeValues.Quantity<Element>,
    _ partition: Partition
  ) throws {
    try quantity.values.withUnsafeBufferPointer { buffer in
      try write(
        buffer,
        to: "modes/" + quantity.name,
        owned: partition.owned,
        of: partition.modes,
        components: quantity.components,
        quantity.label
      )
    }
  }

  private func nameOrbitals(of setup: StudySetup, _ values: ModeValues) throws {
    let names = setup.model.hamiltonian.orbitals.joined(separator: ", ")
    for quantity in values.quantities where quantity.name.hasPrefix("orbital_") {
      try setAttribute("orbitals", names, of: "modes/" + quantity.name)
    }
  }

  private func createRows<Element: ResultElement>(
    of quantity: ModeValues.Quantity<Element>,
    points: Int,
    width: Int
  ) throws {
    let label = quantity.label
    try createRows(
      "modes/" + quantity.name,
      of: Element.self,
      rows: points,
      row: [width] + quantity.components,
      ResultLabel(label.description, unit: label.unit, axes: ["point"] + label.axes)
    )
  }

  private func writeRow<Element: ResultElement>(
    _ quantity: ModeValues.Quantity<Element>,
    _ point: Int,
    _ partition: Partition,
    width: Int
  ) throws {
    let (name, components) = ("modes/" + quantity.name, quantity.components)
    try quantity.values.withUnsafeBufferPointer { buffer in
      try write(buffer, to: name, row: point, owned: partition.owned, components: components)
    }
    let missing = partition.modes..<width
    try fill(quantity.nothing, name, row: point, modes: missing, components: components)
  }
}
