import Communication
import Kinetics
import MPICommunication
import Records
import Studies
import VectorMath

/// The file of results of `tgge evolve`, a row for each output time.
struct EvolveResults: ~Copyable {
  private let path: String
  private let job: DeckRun
  private let setup: StudySetup
  private let partition: Partition
  private let communicator: MPICommunicator
  /// The file, into which outputs go as they come.
  private var file: ResultFile<MPICommunicator>?
  /// Where they go instead if the run can be interrupted: then the file is written at the end.
  private let journal: RowJournal<MPICommunicator>?
  private var rows = 0

  /// Creates the file, or the journal of a run that can be interrupted.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - path: The file of results.
  ///   - job: The run.
  ///   - canGoOn: Whether another run may go on from this one.
  ///   - communicator: The ranks.
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be written.
  init(
    _ path: String,
    for job: DeckRun,
    canGoOn: Bool,
    over communicator: MPICommunicator
  ) throws {
    self.path = path
    self.job = job
    self.communicator = communicator
    setup = job.setup
    let partition = setup.partition(over: communicator)
    self.partition = partition
    if canGoOn {
      let name = RowJournal<MPICommunicator>.name(of: path)
      journal = RowJournal(name, over: communicator, of: partition.modes)
      file = nil
    } else {
      journal = nil
      file = try EvolveResults.create(path, for: job, partition, over: communicator)
    }
  }

  /// Creates the file with what is known before the work.
  ///
  /// Collective.
  private static func create(
    _ path: String,
    for job: DeckRun,
    _ partition: Partition,
    over communicator: MPICommunicator
  ) throws -> ResultFile<MPICommunicator> {
    let file = try ResultFile.create(path, for: job, command: "evolve", over: communicator)
    try file.writeModes(of: job.setup, partition: partition)
    try file.createStates(in: "outputs", axis: "output", modes: partition.modes)
    return file
  }

  /// Goes on after a number of outputs, which the journal must have.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if it has not.
  mutating func goOn(after outputs: Int) throws {
    let row = AlignedVector(count: partition.owned.count)
    for index in 0..<outputs {
      try journal?.read(index, into: row.buffer, owned: partition.owned)
    }
    rows = outputs
  }

  /// Appends λ and n at an output time.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  mutating func append(_ lambda: borrowing AlignedVector) throws {
    try journal?.keep(rows, UnsafeBufferPointer(lambda.buffer), owned: partition.owned)
    try file?.appendState(lambda, to: "outputs", partition: partition)
    rows += 1
  }

  /// Removes the journal, since the run is finished.
  ///
  /// Collective.
  func removeJournal() throws { try journal?.remove() }

  /// Writes what else there is and gives the file its name.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - result: What the evolution has brought.
  ///   - gibbs: λ of the recorded modes in the Gibbs state.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  mutating func finish(_ result: EvolveResult, gibbs: [Double]) throws {
    let file: ResultFile<MPICommunicator>
    if let open = self.file.take() {
      file = open
    } else {
      file = try EvolveResults.create(path, for: job, partition, over: communicator)
      let row = AlignedVector(count: partition.owned.count)
      for index in 0..<rows {
        try journal?.read(index, into: row.buffer, owned: partition.owned)
        try file.appendState(row, to: "outputs", partition: partition)
      }
    }
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
    try file.writeRecorded(of: setup)
    if !gibbs.isEmpty {
      let meaning =
        "Lagrange parameter of each recorded mode in the Gibbs state of the thermal bath."
      try file.write(gibbs, to: "recorded/gibbs", ResultLabel(meaning, axes: ["recorded"]))
    }
    try file.setAttribute("forces", result.engine)
    try file.setAttribute("digest", hexadecimal(result.digest))
    try file.setAttribute("wall_seconds", job.wallSeconds)
    try file.finish()
  }
}
