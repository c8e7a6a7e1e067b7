import CSignals
import Communication
import Foundation
import Kinetics
import MPICommunication
import Records
import Studies

/// Keeps the points of a sweep in a ledger, and the states of its chains in checkpoints beside it.
///
/// The first record of the ledger says what the run was asked for; the others are points, in the order in
/// which they were found.
struct SweepLedger: SweepKeeper, ~Copyable {
  /// What former runs have found.
  private(set) var former: [Int: SweepOutcome] = [:]

  let path: String?
  private let communicator: MPICommunicator
  let entries: [ResolvedDeck.Entry]
  private let limit: TimeLimit
  /// Open on the first rank.
  private var ledger: Ledger? = nil

  private var hasComplained = false
  private var lastKept = ContinuousClock.now
  private var longestPoint = Duration.zero
  var lastSaved = ContinuousClock.now
  var longestSave = Duration.zero

  /// The ledger of a sweep, to be looked at before; none if none is wanted.
  ///
  /// The states of chains are no reason to refuse a name: without them points are solved again.
  static func outputs(
    _ options: LedgerOptions,
    for decks: SweepDecks,
    groups: Int
  ) -> [OutputFile] {
    guard let path = options.file, let target = options.target else { return [] }
    let modes = decks.mostModes
    let state = CheckpointFile<MPICommunicator>.estimatedBytes(vectors: 1, modes: modes)
    let recorded = decks.setups.map(\.recordedModes.count).max() ?? 0
    let chains = SweepPlan(lines: decks.study(groups: groups).lines).chains.count
    // Of each chain under way the state that has the name and the one that is written; a record of
    // some numbers for each point.
    let bytes = 2 * state * Double(groups) + Double(decks.setups.count * (512 + 8 * recorded))
    return [
      OutputFile(
        option: "--checkpoint",
        path: path,
        bytes: bytes,
        inherited: [target] + (0..<chains).map { file($0, beside: target) }
      )
    ]
  }

  /// Looks for points that are known, and has signals noted from now on.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - options: What the user wants; nothing is done without a file.
  ///   - decks: The sweep.
  ///   - start: When the run began.
  ///   - communicator: The ranks.
  /// - Throws: `UsageError`, `RecordError` or `RemoteFailure` if the file cannot be written, or belongs to
  ///   another run.
  init(
    _ options: LedgerOptions,
    for decks: SweepDecks,
    from start: ContinuousClock.Instant,
    over communicator: MPICommunicator
  ) throws {
    self.communicator = communicator
    path = options.target
    limit = TimeLimit(options.maxTime, from: start)
    entries = SweepLedger.entries(decks)
    guard let path else { return }
    tgge_signals_watch()
    var notes: [String] = []
    var records: [[UInt8]] = []
    let entries = entries
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      let opened = try SweepLedger.open(path, entries, &notes)
      records = Array(opened.records.dropFirst())
      ledger = consume opened
    }
    try share(records, points: decks.setups.count)
    if !former.isEmpty, !decks.jobs[0].options.quiet {
      notes.append(
        "going on from \(path), which has \(former.count) of \(decks.setups.count) points"
      )
    }
    for note in notes { Failure.write("tgge: \(note)", on: communicator) }
  }

  /// What the run is asked for; what is asked of an evolution does not matter.
  private static func entries(_ decks: SweepDecks) -> [ResolvedDeck.Entry] {
    let forces = decks.jobs[0].forces
    let varied = decks.variations.map { variation in
      ResolvedDeck.Entry(
        key: "--vary \(variation.key)",
        value: variation.values.joined(separator: ",")
      )
    }
    let resolved = decks.jobs[0].deck.resolved.entries.filter { !$0.key.hasPrefix("time.") }
    return varied + resolved + [
      .init(key: "--forces", value: forces.choice.rawValue),
      .init(key: "--verify-forces", value: forces.verify.description),
    ]
  }

  /// Opens the ledger, or begins one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - entries: What the run is asked for.
  ///   - notes: What the user is to be told is added.
  /// - Returns: The ledger, whose first record is the head.
  /// - Throws: `UsageError` if it is no ledger of this sweep; `RecordError` if it cannot be written.
  private static func open(
    _ path: String,
    _ entries: [ResolvedDeck.Entry],
    _ notes: inout [String]
  ) throws -> Ledger {
    var ledger: Ledger
    do throws(RecordError) {
      ledger = try Ledger(path)
    } catch {
      throw UsageError("--checkpoint \(error); name another file, or remove it to start anew")
    }
    if ledger.droppedBytes > 0 {
      notes.append(
        "\(path): its last \(ledger.droppedBytes) bytes are not what was written and were dropped; "
          + "points that stood there are computed again"
      )
    }
    guard let head = ledger.records.first else {
      let content = CheckpointContent(version: Version.number, entries: entries, words: [])
      try ledger.append(content.bytes)
      return ledger
    }
    guard let content = CheckpointContent(head) else {
      throw UsageError("--checkpoint \(path): is not a ledger of a sweep; name another file")
    }
    try FormerRun.require(content.entries, from: path, entries)
    if let note = FormerRun.note(version: content.version, of: path) { notes.append(note) }
    return ledger
  }

  /// Gives all ranks the points that the first one has read.
  ///
  /// Collective.
  private mutating func share(_ records: [[UInt8]], points: Int) throws {
    var count = [Int64(records.count)]
    var span = count.mutableSpan
    try communicator.broadcast(&span, from: 0)
    for index in 0..<Int(count[0]) {
      var record = communicator.rank == 0 ? records[index] : []
      try communicator.broadcast(&record, from: 0)
      let head = record.prefix(StateWords.wordBytes)
      guard let point = StateWords(bytes: head).words.first, point < UInt64(points) else {
        continue
      }
      // A damaged record is one that is not there.
      former[Int(point)] = try? SweepOutcome(message: Array(record.dropFirst(head.count)))
    }
  }

  /// Forgets points whose states a file of results needs, and does not have; they are solved again.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - missing: What is missing, for the user.
  ///   - holds: Whether the state of a point is there; collective, the same on all ranks.
  /// - Throws: What `holds` throws.
  mutating func keepPoints(
    with missing: String,
    _ holds: (Int, SteadyResult) throws -> Bool
  ) throws {
    var count = 0
    for (point, outcome) in former.sorted(by: { $0.key < $1.key }) {
      guard case .found(let result) = outcome, try !holds(point, result) else { continue }
      former[point] = nil
      count += 1
    }
    guard count > 0 else { return }
    Failure.write(
      "tgge: \(missing) of \(count) of these points are not there; they are solved again",
      on: communicator
    )
  }

  // MARK: - Points

  mutating func keep(_ found: [Int: SweepOutcome], isLast: Bool) throws {
    guard let path else { return }
    do {
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        for (point, outcome) in found.sorted(by: { $0.key < $1.key }) {
          try ledger?.append(StateWords([UInt64(point)]).bytes + outcome.message)
        }
      }
    } catch  where !(error is CommunicationError) {
      // The run is worth more; the ledger may find room again.
      if !hasComplained {
        Failure.write("tgge: \(error); points are not kept, going on", on: communicator)
      }
      hasComplained = true
    }
    let now = ContinuousClock.now
    longestPoint = max(longestPoint, now - lastKept)
    lastKept = now
    guard !isLast else { return }
    // The largest of what the ranks have decides: a signal, 0 for the clock.
    var own: Int64 = -1
    let signal = tgge_signals_noted()
    if signal != 0 {
      own = Int64(signal)
    } else if communicator.rank == 0 {
      let next: Duration = longestPoint * 2
      own = limit.isNearer(than: next / .seconds(1) + 0.2) ? 0 : -1
    }
    let cause = try communicator.maximum(own)
    if cause >= 0 { throw Interruption(bySignal: Int32(cause), file: path) }
  }

  /// Removes all that was kept, since the sweep is finished.
  ///
  /// Collective.
  mutating func remove(chains: Int) throws {
    guard let path else { return }
    ledger = nil
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      for chain in 0..<chains { SweepLedger.remove(chain, beside: path) }
      unlink(path)
    }
  }
}
