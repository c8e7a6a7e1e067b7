import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import MPICommunication
import Records
import Studies
import VectorMath

/// What all commands that run a deck have in common: from the deck to the values that a study takes.
struct DeckRun {
  let options: DeckOptions
  let deck: Deck
  let grid: MomentumGrid
  let model: OpenLattice
  let recordedModes: [Int]
  /// How forces are computed.
  let forces: ForceOptions
  private let communicator: MPICommunicator
  /// When the run began.
  let start = ContinuousClock.now

  /// Reads the deck and makes the model.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - options: The deck and what changes it.
  ///   - engines: How forces are computed, by commands that compute any.
  ///   - records: Whether the command looks at the recorded momenta; else they may be anywhere.
  ///   - communicator: The ranks.
  /// - Throws: `DeckError` or `UsageError`, alike on all ranks.
  init(
    _ options: DeckOptions,
    _ engines: EngineOptions? = nil,
    records: Bool = true,
    on communicator: MPICommunicator
  ) throws {
    let deck = try options.load(on: communicator)
    try self.init(options, engines, deck, records: records, on: communicator)
  }

  /// Makes the model of a deck that has been read.
  ///
  /// - Throws: `DeckError`, alike on all ranks.
  init(
    _ options: DeckOptions,
    _ engines: EngineOptions?,
    _ deck: Deck,
    records: Bool = true,
    on communicator: MPICommunicator
  ) throws {
    self.options = options
    forces = ForceOptions(
      choice: engines?.forces ?? .auto,
      compression: deck.forces.compression,
      verify: engines?.verifyForces ?? false
    )
    self.communicator = communicator
    self.deck = deck
    grid = try ModelBuilder.grid(deck)
    model = try ModelBuilder.model(deck)
    recordedModes = records ? try ModelBuilder.recordedModes(deck, grid: grid) : []
  }

  /// The model and what to look at; the initial state comes later, since it may be a large file.
  var setup: StudySetup {
    StudySetup(model: model, grid: grid, recordedModes: recordedModes, forces: forces)
  }

  /// Checks memory and output, and makes the initial state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - bytes: What each rank will need.
  ///   - shared: What the ranks of each host will need together.
  ///   - outputs: The files that the run will write.
  ///   - says: Whether that is said where it is much; not by who may refuse the work later.
  /// - Returns: λ at the start.
  /// - Throws: `DeckError`, `UsageError` or `RemoteFailure`.
  func initialState(
    needing bytes: Double,
    sharing shared: Double = 0,
    writing outputs: [OutputFile],
    says: Bool = true
  ) throws -> InitialState {
    let bytes = bytesWithResults(bytes)
    try requireMemory(bytes, sharing: shared)
    try OutputFiles.check(outputs, replacingNone: inputs, on: communicator)
    if says { noteMemory(bytes, shared) }
    return try initialState()
  }

  /// The memory that each rank needs where a file of results is written, too: before the work what is known of the
  /// modes without it, later their occupations.
  ///
  /// - Parameter bytes: What the work needs.
  /// - Returns: Bytes.
  func bytesWithResults(_ bytes: Double) -> Double {
    guard options.resultFile != nil else { return bytes }
    let owned = (Double(setup.modes) / Double(communicator.size)).rounded(.up)
    return max(bytes + 8 * owned, ModeValues.estimatedBytes(of: setup, ranks: communicator.size))
  }

  /// Refuses what does not fit into memory.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - bytes: What each rank will need.
  ///   - shared: What the ranks of each host will need together.
  /// - Throws: `DeckError` or `RemoteFailure`.
  func requireMemory(_ bytes: Double, sharing shared: Double = 0) throws {
    try MemoryCheck.require(bytes, sharing: shared, on: communicator) {
      deck.error(at: "lattice.modes", $0)
    }
  }

  /// Makes the initial state; memory and output are looked at elsewhere.
  ///
  /// Collective.
  ///
  /// - Throws: `DeckError`, `UsageError` or `RemoteFailure`.
  func initialState() throws -> InitialState {
    try ModelBuilder.initial(
      deck,
      grid: grid,
      partition: setup.partition(over: communicator),
      on: communicator
    )
  }

  /// Says how much memory is needed where that is much.
  private func noteMemory(_ bytes: Double, _ shared: Double) {
    guard !options.quiet, bytes * Double(communicator.size) + shared >= 1e8 else { return }
    let modes = grid.count * deck.lattice.orbitals.count
    let common = shared > 0 ? ", and \(MemoryCheck.gigabytes(shared)) that a host has once" : ""
    Failure.write(
      "\(modes) modes on \(Summary.ranks(communicator.size)), about "
        + "\(MemoryCheck.gigabytes(bytes)) of memory on each\(common)",
      on: communicator
    )
  }

  /// The deck, and the file that it begins with.
  var inputs: [InputFile] {
    var files = [InputFile(path: options.deck)]
    if case .file(let path, _) = deck.initial {
      files.append(InputFile(path: path, reader: "which initial.file names"))
    }
    return files
  }

  /// The file of `--out`; none if there is no such option.
  ///
  /// - Parameters:
  ///   - states: How many times λ and n of all modes go into a file of results.
  ///   - lambda: Whether a table has λ of all modes.
  ///   - canGoOn: Whether outputs go into a journal first.
  /// - Returns: The file, to be looked at before the work.
  func outputs(states: Int = 0, lambda: Bool = false, canGoOn: Bool = false) -> [OutputFile] {
    guard let out = options.out else { return [] }
    var file = OutputFile(option: "--out", path: out)
    let (dimension, orbitals) = (grid.dimension, deck.lattice.orbitals.count)
    let modes = Double(grid.count * orbitals)
    if options.table != nil {
      // Digits of λ; those of a momentum are few where the extent is round.
      if lambda { file.bytes = modes * Double(20 + 8 * dimension) }
      return [file]
    }
    if states > 0 { file.bytes = 8 * modes * Double(2 * states + 2 + dimension * (2 + orbitals)) }
    if canGoOn {
      let journal = RowJournal<MPICommunicator>.name(of: LinkTarget.of(out))
      file.companions.append(journal)
      file.inherited.append(journal)
      file.bytes += 8 * modes * Double(states)
    }
    return [file]
  }

  /// Runs `body`, whose errors get the key and the line of the deck where these are known.
  func locating<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw ModelBuilder.located(error, in: deck) }
  }

  /// Writes λ if the user wants it.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - partition: Who owns which modes.
  ///   - what: What λ is, for the comment in the file.
  /// - Throws: `UsageError` or `RemoteFailure` if writing fails.
  func write(
    _ lambda: borrowing AlignedVector,
    partition: Partition,
    as what: String
  ) throws {
    guard let out = options.table else { return }
    try LambdaFile.write(
      lambda,
      to: out,
      grid: grid,
      partition: partition,
      comment: "tgge \(Version.number) \(options.deck): \(what); momentum in units of π, "
        + "band 0 is the highest",
      over: communicator
    )
  }

  /// Seconds since the deck was read.
  var wallSeconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}
