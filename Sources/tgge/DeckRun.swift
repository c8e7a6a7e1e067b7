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
  private let communicator: MPICommunicator
  /// When the run began.
  let start = ContinuousClock.now

  /// Reads the deck and makes the model.
  ///
  /// Collective.
  ///
  /// - Throws: `DeckError` or `UsageError`, alike on all ranks.
  init(_ options: DeckOptions, on communicator: MPICommunicator) throws {
    try self.init(options, try options.load(on: communicator), on: communicator)
  }

  /// Makes the model of a deck that has been read.
  ///
  /// - Throws: `DeckError`, alike on all ranks.
  init(_ options: DeckOptions, _ deck: Deck, on communicator: MPICommunicator) throws {
    self.options = options
    self.communicator = communicator
    self.deck = deck
    grid = try ModelBuilder.grid(deck)
    model = try ModelBuilder.model(deck)
    recordedModes = try ModelBuilder.recordedModes(deck, grid: grid)
  }

  /// The model and what to look at; the initial state comes later, since it may be a large file.
  var setup: StudySetup {
    StudySetup(
      model: model,
      grid: grid,
      recordedModes: recordedModes,
      forces: ForceOptions(
        choice: options.forces,
        compression: deck.forces.compression,
        verify: options.verifyForces
      )
    )
  }

  /// Checks memory and output, and makes the initial state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - bytes: What each rank will need.
  ///   - shared: What the ranks of each host will need together.
  ///   - says: Whether that is said where it is much; not by who may refuse the work later.
  /// - Returns: λ at the start.
  /// - Throws: `DeckError`, `UsageError` or `RemoteFailure`.
  func initialState(
    needing bytes: Double,
    sharing shared: Double = 0,
    says: Bool = true
  ) throws -> InitialState {
    try requireMemory(bytes, sharing: shared)
    if says { noteMemory(bytes, shared) }
    if let out = options.out {
      try SharedFile.checkWritable(out, bytes: resultBytes, on: communicator)
    }
    return try initialState()
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
      partition: Partition(
        momenta: grid.count,
        bands: deck.lattice.orbitals.count,
        over: communicator
      ),
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

  /// About what a file of results takes: λ and n at each output, and what is known of the modes.
  private var resultBytes: Double {
    guard options.resultFile != nil else { return 0 }
    let numbers = 2 * deck.time.outputs + 2 + grid.dimension * (2 + deck.lattice.orbitals.count)
    return 8 * Double(grid.count * deck.lattice.orbitals.count) * Double(numbers)
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
