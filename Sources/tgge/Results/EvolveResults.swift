import Communication
import Kinetics
import MPICommunication
import Records
import Studies
import VectorMath

/// The file of results of `tgge evolve`, a row for each output time.
struct EvolveResults: ~Copyable {
  private let file: ResultFile<MPICommunicator>
  private let setup: StudySetup

  /// Creates the file.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be written.
  init(_ path: String, for job: DeckRun, over communicator: MPICommunicator) throws {
    setup = job.setup
    let partition = Partition(momenta: setup.grid.count, bands: setup.bands, over: communicator)
    let file = try ResultFile.create(path, for: job, command: "evolve", over: communicator)
    try file.writeModes(of: setup, partition: partition)
    try file.createStates(in: "outputs", axis: "output", modes: setup.modes)
    self.file = file
  }

  /// Appends λ and n at an output time.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func append(_ lambda: borrowing AlignedVector, partition: Partition) throws {
    try file.appendState(lambda, to: "outputs", partition: partition)
  }

  /// Writes what else there is and gives the file its name.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  consuming func finish(_ result: EvolveResult, wallSeconds: Double) throws {
    let outputs = result.outputs
    func write<Element: ResultElement>(
      _ values: [Element],
      _ name: String,
      _ description: String,
      unit: String = "1"
    ) throws {
      let label = ResultLabel(description, unit: unit, axes: ["output"])
      try file.write(values, to: "outputs/" + name, isExtendible: true, label)
    }
    try write(outputs.map(\.time), "time", "Time of each output.", unit: "1/energy")
    try file.write(
      outputs.map(\.observables),
      to: "outputs",
      axis: "output",
      orbitals: setup.model.hamiltonian.orbitals
    )
    let statistics = outputs.map(\.statistics)
    try write(statistics.map { Int64($0.steps) }, "steps", "Accepted steps up to the output.")
    try write(
      statistics.map { Int64($0.rejectedSteps) },
      "rejected_steps",
      "Rejected steps up to the output."
    )
    try write(
      statistics.map { Int64($0.forceEvaluations) },
      "force_evaluations",
      "Evaluations of the forces up to the output."
    )
    try file.write(
      [result.fillingDrift],
      to: "outputs/filling_drift",
      shape: [],
      ResultLabel("Largest deviation of the filling from that of the first output.")
    )
    try file.setAttribute("forces", result.engine)
    try file.setAttribute("digest", hexadecimal(result.digest))
    try file.setAttribute("wall_seconds", wallSeconds)
    try file.finish()
  }
}
