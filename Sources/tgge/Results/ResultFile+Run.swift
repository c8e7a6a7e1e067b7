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
