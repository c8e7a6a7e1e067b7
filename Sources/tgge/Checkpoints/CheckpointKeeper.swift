import CSignals
import Communication
import Foundation
import Kinetics
import MPICommunication
import Records
import Studies

/// Saves the state of a run when it is time, when a signal asks for it, and before time is over.
struct CheckpointKeeper: StateKeeper {
  /// Why the state is saved; a signal has a number above these.
  ///
  /// The largest of what the ranks have decides.
  private enum Cause {
    static let none: Int64 = 0
    static let due: Int64 = 1
    static let timeIsOver: Int64 = 2
  }

  /// The words of the state to go on from.
  let former: StateWords?

  private let file: CheckpointFile<MPICommunicator>?
  private let communicator: MPICommunicator
  private let interval: CheckpointInterval
  private let limit: TimeLimit
  private let entries: [ResolvedDeck.Entry]
  private let isQuiet: Bool
  /// The file that `former` was read from.
  private let source: String
  /// Whether the file that has the name now is whole, and worth to be kept as the former one.
  private var hasWhole: Bool

  private var cause = Cause.none
  private var hasSaved: Bool
  private var firstSteps: Int?
  private var lastSteps = 0
  private var lastSave = ContinuousClock.now
  private var lastStep = ContinuousClock.now
  private var longestStep = Duration.zero
  private var longestSave = Duration.zero

  /// How often ranks are asked between two agreements, the same on all, and how often until the next.
  private var pause = 1
  private var left = 1
  private var lastAgreement = ContinuousClock.now

  /// So few that no method of stepping makes them last; so many that one message for them costs nothing.
  private static let longestPause = 16

  /// The checkpoint of a run, to be looked at before; none if none is wanted.
  static func outputs(_ options: CheckpointOptions, for job: DeckRun) -> [OutputFile] {
    guard let path = options.file, let target = options.target else { return [] }
    // λ, and five stages if steps are implicit.
    let isSmall = ["explicit", "nested"].contains(job.deck.time.method)
    let isExplicit = isSmall || job.forces.choice == .direct
    let bytes = CheckpointFile<MPICommunicator>.estimatedBytes(
      vectors: isExplicit ? 1 : 6,
      modes: job.setup.modes
    )
    let previous = CheckpointFile<MPICommunicator>.previous(target)
    return [
      OutputFile(
        option: "--checkpoint",
        path: path,
        companions: [previous],
        // The one that is written, the one that has the name, and the former one.
        bytes: 3 * bytes,
        inherited: [target, previous]
      )
    ]
  }

  /// Looks for a state to go on from, and has signals noted from now on.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - options: What the user wants; nothing is done without a file.
  ///   - job: The run.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `UsageError` or `RemoteFailure` if the file cannot be read, or belongs to another run.
  init(
    _ options: CheckpointOptions,
    for job: DeckRun,
    partition: Partition,
    over communicator: MPICommunicator
  ) throws {
    self.communicator = communicator
    isQuiet = job.options.quiet
    interval = options.every ?? .seconds(600)
    limit = TimeLimit(options.maxTime, from: job.start)
    entries =
      job.deck.resolved.entries + [.init(key: "--forces", value: job.forces.choice.rawValue)]
    guard let path = options.target else {
      (file, former, source, hasWhole, hasSaved) = (nil, nil, "", false, true)
      return
    }
    tgge_signals_watch()
    let file = CheckpointFile(
      path,
      over: communicator,
      owned: partition.owned,
      of: partition.modes
    )
    self.file = file
    let found = try FormerState.find(in: file, entries: entries)
    if found.isWhole, !isQuiet { Failure.write("tgge: going on from \(path)", on: communicator) }
    for note in found.notes { Failure.write("tgge: \(note)", on: communicator) }
    source = found.source
    hasWhole = found.isWhole
    hasSaved = found.content != nil
    former = found.content.map { StateWords($0.words) }
  }

  /// Reads a vector of the former state.
  ///
  /// Collective.
  func read(_ index: Int, into vector: UnsafeMutableBufferPointer<Double>) throws {
    try file?.read(vector: index, of: source, into: vector)
  }

  /// Whether the state is to be saved now.
  ///
  /// Collective: where steps take a hundredth of a second, one Allreduce of two integers; where they are fast
  /// one for at most sixteen of them, and one where the number of steps asks for it. None without a file.
  mutating func isDue(after steps: Int) throws -> Bool {
    guard file != nil else { return false }
    lastSteps = steps
    let now = ContinuousClock.now
    longestStep = max(longestStep, now - lastStep)
    lastStep = now
    left -= 1
    guard left <= 0 || isDueByCount else { return false }

    var message: InlineArray<2, Int64> = [isDueByCount ? Cause.due : Cause.none, 0]
    let signal = tgge_signals_noted()
    if signal != 0 {
      message[0] = Cause.timeIsOver + Int64(signal)
    } else if communicator.rank == 0 {
      message[0] = max(message[0], causeOfClock(now))
    }
    // The first rank says how long until the next time, by how fast it was.
    if communicator.rank == 0 {
      let span: Duration = (now - lastAgreement) / (pause - left)
      let fitting = span > .zero ? .milliseconds(10) / span : 0
      message[1] = Int64(min(max(fitting, 1), Double(CheckpointKeeper.longestPause)))
    }
    var values = message.mutableSpan
    try communicator.maximum(&values)
    cause = values[0]
    pause = Int(values[1])
    left = pause
    lastAgreement = now
    return cause != Cause.none
  }

  /// Whether the number of steps, which all ranks know, asks for it.
  private var isDueByCount: Bool {
    // The state at the beginning tells whether all can be saved, before the work.
    guard hasSaved else { return true }
    if case .steps(let count) = interval { return lastSteps - savedSteps >= count }
    return false
  }

  /// What the first rank's clock asks for.
  private mutating func causeOfClock(_ now: ContinuousClock.Instant) -> Int64 {
    guard hasSaved else { return Cause.due }
    let first = firstSteps ?? lastSteps
    firstSteps = first
    let needed: Duration = longestSave * 3 + longestStep * (1 + pause)
    let margin: Double = needed / .seconds(1) + 0.2
    // A run that cannot do a step within its time would never end.
    if lastSteps > first, limit.isNearer(than: margin) { return Cause.timeIsOver }
    guard case .seconds(let seconds) = interval else { return Cause.none }
    return now - lastSave >= .seconds(seconds) ? Cause.due : Cause.none
  }

  /// The steps at the last save.
  private var savedSteps = 0

  /// Saves the state, and ends the run if it must end.
  ///
  /// Collective.
  mutating func save(
    _ words: StateWords,
    _ vectors: [UnsafeBufferPointer<Double>]
  ) throws {
    guard let file else { return }
    let start = ContinuousClock.now
    let content = CheckpointContent(
      version: Version.number,
      entries: entries,
      words: words.words
    )
    do {
      try file.write(content, vectors, keepsFormer: hasWhole)
      hasWhole = true
    } catch  where cause == Cause.due && hasSaved && !(error is CommunicationError) {
      // The run is worth more than this one; the next may find room again.
      Failure.write(
        "tgge: \(error); the former checkpoint is as it was, going on",
        on: communicator
      )
    }
    hasSaved = true
    savedSteps = lastSteps
    lastSave = .now
    lastStep = lastSave
    longestSave = max(longestSave, lastSave - start)
    if cause >= Cause.timeIsOver {
      throw Interruption(bySignal: Int32(cause - Cause.timeIsOver), file: file.path)
    }
  }

  /// Removes what was saved, since the run is finished.
  ///
  /// Collective.
  func remove() throws { try file?.remove() }
}
