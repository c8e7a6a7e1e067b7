import Communication
import Kinetics
import MPICommunication
import Records
import Studies
import VectorMath

/// The file of results of `tgge steady`.
struct SteadyResults: ~Copyable {
  private let file: ResultFile<MPICommunicator>
  private let setup: StudySetup

  /// Creates the file.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be written.
  init(_ path: String, for job: DeckRun, over communicator: MPICommunicator) throws {
    setup = job.setup
    let partition = setup.partition(over: communicator)
    let file = try ResultFile.create(path, for: job, command: "steady", over: communicator)
    try file.writeModes(of: setup, partition: partition)
    try file.createStates(in: "steady", axis: "point", modes: setup.modes)
    self.file = file
  }

  /// Writes λ and n of the steady state.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func append(_ lambda: borrowing AlignedVector, partition: Partition) throws {
    try file.appendState(lambda, to: "steady", partition: partition)
  }

  /// Writes what else there is and gives the file its name.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  consuming func finish(_ result: SteadyResult, wallSeconds: Double) throws {
    func write<Element: ResultElement>(
      _ value: Element,
      _ name: String,
      _ description: String
    ) throws {
      try file.write([value], to: "steady/" + name, ResultLabel(description, axes: ["point"]))
    }
    let orbitals = setup.model.hamiltonian.orbitals
    try file.write([result.observables], to: "steady", axis: "point", orbitals: orbitals)
    try write(Int64(result.iterations), "iterations", "Passes over the modes.")
    try write(
      result.certificate.residual,
      "residual",
      "Largest residual of a mode, recomputed from lambda alone."
    )
    if let error = result.cancellationError {
      let meaning = "How far lambda of some mode may be off because terms of its rates cancel."
      try write(error, "cancellation_error", meaning)
    }
    try write(
      result.fillingError,
      "filling_error",
      "Deviation of the filling from that of the initial state."
    )
    try write(Int64(result.certificate.idleModes), "idle_modes", "Modes without any rate.")
    for (slope, name) in [(result.driveSlope, "drive"), (result.fillingSlope, "filling")] {
      guard let slope else { continue }
      let label = ResultLabel(
        "Derivative of the current with respect to the \(name).",
        unit: "energy",
        axes: ["point", "direction"]
      )
      try file.write(slope, to: "steady/\(name)_slope", shape: [1, slope.count], label)
    }
    try file.setAttribute("forces", result.engine)
    try file.setAttribute("digest", hexadecimal(result.digest))
    try file.setAttribute("wall_seconds", wallSeconds)
    try file.finish()
  }
}
