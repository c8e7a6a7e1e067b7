import Communication
import Foundation
import Kinetics
import Lattice
import MPICommunication
import Numerics
import Records
import Studies
import VectorMath

/// What the files of results of all commands begin with.
extension ResultFile<MPICommunicator> {
  /// Creates the file of a run: program, version, command, MPI library, ranks and date as attributes of
  /// the root, the deck as `deck/given` and `deck/resolved`.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be written.
  static func create(
    _ path: String,
    for job: DeckRun,
    command: String,
    over communicator: MPICommunicator
  ) throws -> ResultFile {
    let handle = communicator.portableHandle
    let file = try ResultFile(creating: path, over: communicator, handle: handle)
    // One clock and one library tell.
    let library = try MPILibrary(asking: communicator).version
    var words = Array("\(Date.now.ISO8601Format())\n\(library)".utf8)
    try communicator.broadcast(&words, from: 0)
    let lines = String(decoding: words, as: UTF8.self).split(separator: "\n").map(String.init)
    try file.setAttribute("program", "tgge")
    try file.setAttribute("version", Version.number)
    try file.setAttribute("command", command)
    let arguments = CommandLine.arguments.dropFirst().joined(separator: " ")
    try file.setAttribute("arguments", arguments)
    try file.setAttribute("date", lines[0])
    try file.setAttribute("mpi", lines[1])
    try file.setAttribute("ranks", Int64(communicator.size))
    try file.write(job.deck.source.text, to: "deck/given", "The deck as its author wrote it.")
    let meaning = "The deck with all overrides and defaults; it gives the same run."
    try file.write(job.deck.resolved.text, to: "deck/resolved", meaning)
    return file
  }

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
    let (grid, orbitals) = (setup.grid, setup.bands)
    let (owned, dimension) = (partition.owned, setup.grid.dimension)
    let hamiltonian = setup.model.hamiltonian
    var bands: [Int64] = []
    var (momenta, energies): ([Double], [Double]) = ([], [])
    var (velocities, orbitalVelocities): ([Double], [Double]) = ([], [])
    var weights: [Double] = []
    for momentum in partition.ownedMomenta {
      for band in 0..<orbitals {
        bands.append(Int64(band))
        momenta += grid.momentum(at: momentum)
      }
    }
    let all = partition.ownedMomenta
    // Bands may touch at a momentum of one rank.
    try communicator.agree {
      for start in stride(from: all.lowerBound, to: all.upperBound, by: 1024) {
        let block = start..<min(start + 1024, all.upperBound)
        let structure = try BandStructure(of: hamiltonian, on: grid, momenta: block)
        energies += structure.energies
        if withWeights { weights += structure.eigenvectors.map(\.lengthSquared) }
        let tables = (0..<dimension * orbitals).map { table in
          structure.velocity(ofOrbital: table % orbitals, direction: table / orbitals)
        }
        for mode in structure.energies.indices {
          orbitalVelocities += tables.map { $0[mode] }
        }
      }
    }
    for first in stride(from: 0, to: orbitalVelocities.count, by: orbitals) {
      velocities.append(orbitalVelocities[first..<first + orbitals].reduce(0, +))
    }

    func write<Element: ResultElement>(
      _ values: [Element],
      _ name: String,
      _ components: [Int],
      _ label: ResultLabel
    ) throws {
      try values.withUnsafeBufferPointer { buffer in
        try self.write(
          buffer,
          to: "modes/" + name,
          owned: owned,
          of: partition.modes,
          components: components,
          label
        )
      }
    }
    let direction = ["mode", "direction"]
    try write(
      momenta,
      "momentum",
      [dimension],
      ResultLabel("Momentum of each mode.", unit: "pi", axes: direction)
    )
    try write(
      bands,
      "band",
      [],
      ResultLabel("Band of each mode; 0 is the highest.", axes: ["mode"])
    )
    try write(
      energies,
      "energy",
      [],
      ResultLabel("Energy of each mode.", unit: "energy", axes: ["mode"])
    )
    try write(
      velocities,
      "velocity",
      [dimension],
      ResultLabel(
        "Velocity of each mode, its energy's derivative.",
        unit: "energy",
        axes: direction
      )
    )
    try write(
      orbitalVelocities,
      "orbital_velocity",
      [dimension, orbitals],
      ResultLabel(
        "What each orbital contributes to the velocity of each mode.",
        unit: "energy",
        axes: direction + ["orbital"]
      )
    )
    let names = hamiltonian.orbitals.joined(separator: ", ")
    try setAttribute("orbitals", names, of: "modes/orbital_velocity")
    guard withWeights else { return }
    let meaning = "Weight of each orbital in each mode, |u|^2."
    try write(
      weights,
      "orbital_weight",
      [orbitals],
      ResultLabel(meaning, axes: ["mode", "orbital"])
    )
    try setAttribute("orbitals", names, of: "modes/orbital_weight")
  }

  /// Writes which modes are recorded: `recorded/mode`, `momentum` and `band`; nothing if there are none.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func writeRecorded(of setup: StudySetup) throws {
    let modes = setup.recordedModes
    guard !modes.isEmpty else { return }
    try write(
      modes.map { Int64($0) },
      to: "recorded/mode",
      ResultLabel("Place of each recorded mode among all.", axes: ["recorded"])
    )
    try write(
      modes.flatMap { setup.grid.momentum(at: $0 / setup.bands) },
      to: "recorded/momentum",
      shape: [modes.count, setup.grid.dimension],
      ResultLabel("Momentum of each recorded mode.", unit: "pi", axes: ["recorded", "direction"])
    )
    try write(
      modes.map { Int64($0 % setup.bands) },
      to: "recorded/band",
      ResultLabel("Band of each recorded mode; 0 is the highest.", axes: ["recorded"])
    )
  }

  /// Creates `lambda` and `occupation` of a group, which have a row over the modes for each output or
  /// point, and as yet none.
  ///
  /// Collective.
  func createStates(in group: String, axis: String, modes: Int) throws {
    let axes = [axis, "mode"]
    try createRows(
      group + "/lambda",
      of: Double.self,
      row: [modes],
      ResultLabel("Lagrange parameter of each mode, ln((1 - n)/n).", axes: axes)
    )
    try createRows(
      group + "/occupation",
      of: Double.self,
      row: [modes],
      ResultLabel("Occupation of each mode, 1/(1 + exp(lambda)).", axes: axes)
    )
  }

  /// Appends a state to `lambda` and `occupation` of a group.
  ///
  /// Collective.
  func appendState(
    _ lambda: borrowing AlignedVector,
    to group: String,
    partition: Partition
  ) throws {
    let occupation = AlignedVector(count: lambda.count)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let values = occupations(lambda.pointer.vector(at: index)).occupation
      occupation.pointer.store(values, at: index)
    }
    let owned = partition.owned
    try append(UnsafeBufferPointer(lambda.buffer), to: group + "/lambda", owned: owned)
    try append(UnsafeBufferPointer(occupation.buffer), to: group + "/occupation", owned: owned)
  }

  /// Writes filling and currents of outputs or points: `filling`, `current`, `orbital_current`.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - observables: One for each output or point, the same on all ranks.
  ///   - group: Where to write them.
  ///   - axis: What the rows are; `nil` if there is one state and no rows.
  ///   - orbitals: The names of the orbitals.
  ///   - prefix: What the names of the datasets begin with.
  ///   - addition: What their descriptions end with.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func write(
    _ observables: [ObservableValues],
    to group: String,
    axis: String?,
    orbitals: [String],
    prefix: String = "",
    addition: String = ""
  ) throws {
    let group = group + "/" + prefix
    let (rows, rowAxes) = (axis.map { _ in [observables.count] } ?? [], axis.map { [$0] } ?? [])
    let isExtendible = axis != nil
    let dimension = observables[0].current.count
    try write(
      observables.map(\.filling),
      to: group + "filling",
      shape: rows,
      isExtendible: isExtendible,
      ResultLabel("Mean occupation of a mode\(addition).", axes: rowAxes)
    )
    try write(
      observables.flatMap(\.current),
      to: group + "current",
      shape: rows + [dimension],
      isExtendible: isExtendible,
      ResultLabel(
        "Current in each direction\(addition).",
        unit: "energy",
        axes: rowAxes + ["direction"]
      )
    )
    try write(
      observables.flatMap(\.orbitalCurrents),
      to: group + "orbital_current",
      shape: rows + [dimension, orbitals.count],
      isExtendible: isExtendible,
      ResultLabel(
        "Current that each orbital carries in each direction\(addition).",
        unit: "energy",
        axes: rowAxes + ["direction", "orbital"]
      )
    )
    let names = orbitals.joined(separator: ", ")
    try setAttribute("orbitals", names, of: group + "orbital_current")
  }
}
