import Communication
import Kinetics
import MPICommunication
import Records
import Studies
import VectorMath

/// The file of results of `tgge sweep`, a row for each point.
struct SweepResults: ~Copyable {
  private let path: String
  private let decks: SweepDecks
  private let communicator: MPICommunicator
  /// M of the largest point, of whose length all rows are.
  private let modes: Int
  /// The file, into which states go as they are found.
  private var file: ResultFile<MPICommunicator>?
  /// Where they go instead if the run can be interrupted: then the file is written at the end.
  private let journal: RowJournal<MPICommunicator>?

  /// Creates the file, or the journal of a run that can be interrupted.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - path: The file of results.
  ///   - decks: The sweep.
  ///   - canGoOn: Whether another run may go on from this one.
  ///   - communicator: The ranks of all groups.
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be written.
  init(
    _ path: String,
    _ decks: SweepDecks,
    canGoOn: Bool,
    over communicator: MPICommunicator
  ) throws {
    self.path = path
    self.decks = decks
    self.communicator = communicator
    modes = decks.mostModes
    if canGoOn {
      journal = RowJournal(
        RowJournal<MPICommunicator>.name(of: path),
        over: communicator,
        of: modes
      )
      file = nil
    } else {
      journal = nil
      file = try SweepResults.create(path, decks, over: communicator)
    }
  }

  /// Creates the file with what is known before the work.
  ///
  /// Collective.
  private static func create(
    _ path: String,
    _ decks: SweepDecks,
    over communicator: MPICommunicator
  ) throws -> ResultFile<MPICommunicator> {
    let job = decks.jobs[0]
    let file = try ResultFile.create(path, for: job, command: "sweep", over: communicator)
    try file.writeModes(of: decks.setups, width: decks.mostModes)
    let rows = decks.setups.count
    try file.createStates(in: "sweep", axis: "point", rows: rows, modes: decks.mostModes)
    return file
  }

  /// Whether the journal has the state of a point that a former run has found.
  ///
  /// Collective; reads the state.
  ///
  /// - Throws: `CommunicationError`.
  func holds(_ point: Int, _ result: SteadyResult) throws -> Bool {
    guard let journal else { return false }
    let partition = partition(of: point)
    let lambda = AlignedVector(count: partition.owned.count)
    do {
      try journal.read(point, into: lambda.buffer, owned: partition.owned)
    } catch  where !(error is CommunicationError) {
      return false
    }
    return try digest(of: lambda, partition: partition, over: communicator) == result.digest
  }

  /// Writes λ and n of a point.
  ///
  /// Collective over the ranks of all groups.
  ///
  /// - Parameters:
  ///   - point: The point.
  ///   - lambda: λ of the owned modes.
  ///   - owned: The modes of this rank; none on ranks of other groups.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func write(_ point: Int, _ lambda: borrowing AlignedVector, owned: Range<Int>) throws {
    try journal?.keep(point, UnsafeBufferPointer(lambda.buffer), owned: owned)
    try file?.writeState(lambda, to: "sweep", row: point, owned: owned)
  }

  /// Removes the journal, since the sweep is finished.
  ///
  /// Collective.
  func removeJournal() throws { try journal?.remove() }

  /// Writes what else there is and gives the file its name.
  ///
  /// Collective. Numbers of a point that failed are NaN; `status` and `cause` say why.
  ///
  /// - Parameters:
  ///   - outcomes: What became of each point.
  ///   - wallSeconds: What the sweep took.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  mutating func finish(_ outcomes: [SweepOutcome], wallSeconds: Double) throws {
    let steady = outcomes.map(\.result)
    let file: ResultFile<MPICommunicator>
    if let open = self.file.take() {
      file = open
    } else {
      file = try SweepResults.create(path, decks, over: communicator)
      for (point, result) in steady.enumerated() where result != nil {
        let owned = partition(of: point).owned
        let lambda = AlignedVector(count: owned.count)
        try journal?.read(point, into: lambda.buffer, owned: owned)
        try file.writeState(lambda, to: "sweep", row: point, owned: owned)
      }
    }
    for (point, result) in steady.enumerated() {
      let found = result == nil ? 0 : decks.setups[point].modes
      try file.fillState(in: "sweep", row: point, modes: found..<modes)
    }
    try SweepPoints(decks, outcomes).write(to: file)
    try file.setAttribute("forces", steady.compactMap { $0 }.first?.engine ?? "none")
    try file.setAttribute("wall_seconds", wallSeconds)
    try file.finish()
  }

  private func partition(of point: Int) -> Partition {
    let setup = decks.setups[point]
    return setup.partition(over: communicator)
  }
}
