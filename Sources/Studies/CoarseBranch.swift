import Communication
import Kinetics

/// The steady state of a coarse lattice, as far as it is that of a large one.
struct CoarseState {
  /// The largest deviation of its moments from those of the large lattice at which its responses are taken over.
  ///
  /// A term e^−κL of the moments has the derivative −κ′L e^−κL to a parameter, and with it the responses: next to a
  /// term of 10⁻¹³, for which κL = 30, that is 30 κ′/κ times as much, and leaves them ten digits.
  static let tolerance = 1e-13

  /// The same of a coarse lattice with the fewest momenta, where the terms would be larger: some roundings, so that the
  /// state is as good as if the large lattice had solved for its own moments.
  static let fewestTolerance = 4e-15

  /// Moments per mode, for lattices of any size.
  var root: MomentRoot

  /// The filling of the coarse lattice.
  var filling: Double

  /// Powers of two that no velocity of the coarse lattice exceeds.
  var velocityScales: [Double]

  /// dI/d(drive) and dI/d(filling) for each direction; `nil` where they are not wanted or there are none.
  var driveSlope: [Double]?
  var fillingSlope: [Double]?
}

/// Steady states of the coarse lattice along a line, from which those of the large one follow.
///
/// The first rank solves, each point from those before it, and tells all ranks what it has found and what its next
/// point depends on.
struct CoarseBranch: ~Copyable {
  /// Whether the large lattice has had the moments of the coarse one until now.
  var isOfUse = true

  private var branch = SteadyBranch(verifiedModes: 0, over: SerialCommunicator())

  /// What the next point depends on; empty where it begins from its own initial state.
  private var state = StateWords()

  /// Creates a branch without points.
  ///
  /// Newton's method on the coarse lattice itself is as fast as what a still coarser one would save.
  init() { branch.startsCoarse = false }

  /// Lets the next point begin from its own initial state.
  mutating func restart() {
    branch.restart()
    state = StateWords()
    isOfUse = true
  }

  /// Solves the next point of the coarse lattice.
  ///
  /// Collective. After a point without a state of any use to the large lattice there are no others until `restart`,
  /// unless modes without rates were the reason.
  ///
  /// - Parameters:
  ///   - setup: That of the coarse lattice.
  ///   - parameter: As in `SteadyBranch.solve`.
  ///   - responses: Whether responses are wanted.
  ///   - communicator: The ranks of the large lattice.
  /// - Returns: The state, the same on all ranks; `nil` where it is of no use.
  /// - Throws: `CommunicationError` if a collective fails.
  mutating func solve(
    _ setup: StudySetup,
    at parameter: Double?,
    responses: Bool,
    over communicator: some Communicator
  ) throws -> CoarseState? {
    var words = communicator.rank == 0 ? found(setup, at: parameter, responses) : StateWords()
    words = try communicator.broadcast(words)
    isOfUse = try words.takeBool()
    state = try words.takeWords()
    guard try words.takeBool() else { return nil }
    return CoarseState(
      root: try MomentRoot(&words),
      filling: try words.takeDouble(),
      velocityScales: try words.takeDoubles() ?? [],
      driveSlope: try words.takeDoubles(),
      fillingSlope: try words.takeDoubles()
    )
  }

  /// What the first rank tells the others.
  private mutating func found(
    _ setup: StudySetup,
    at parameter: Double?,
    _ responses: Bool
  ) -> StateWords {
    branch.responses = responses
    // What fails here will be looked for, or fail, on the large lattice.
    let result = try? branch.solve(setup, at: parameter)
    let isIdle = result.map { $0.certificate.idleModes > 0 } ?? false
    let root = isIdle || result == nil ? nil : branch.root
    var words = StateWords()
    words.append(root != nil || isIdle)
    words.append(nested: result == nil ? StateWords() : branch.withState { words, _, _ in words })
    words.append(root != nil)
    guard let root, let result else { return words }
    root.append(to: &words)
    words.append(branch.workspace.value.filling)
    words.append(branch.workspace.value.velocities.scales)
    words.append(result.driveSlope)
    words.append(result.fillingSlope)
    return words
  }

  /// Appends what the next point depends on.
  ///
  /// Not collective.
  borrowing func append(to words: inout StateWords) {
    words.append(isOfUse)
    words.append(nested: state)
  }

  /// Goes to where a branch was that had solved a setup.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - last: The setup of the coarse lattice.
  ///   - words: What `append` has written; taken out.
  ///   - communicator: The ranks of the large lattice.
  /// - Throws: `StateError` or `RemoteFailure` if the words are of another setup, alike on all ranks;
  ///   `CommunicationError`.
  mutating func restore(
    _ last: StudySetup,
    _ words: inout StateWords,
    over communicator: some Communicator
  ) throws {
    restart()
    isOfUse = try words.takeBool()
    state = try words.takeWords()
    guard isOfUse, !state.words.isEmpty else { return }
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      // While tables are kept no point begins at λ.
      try branch.restore(last, state) { _ in }
    }
  }
}

extension StateWords {
  /// Appends other words with their number.
  fileprivate mutating func append(nested other: StateWords) {
    append(other.words.count)
    append(other)
  }

  /// Takes out what `append(nested:)` has written.
  fileprivate mutating func takeWords() throws(StateError) -> StateWords {
    let count = try takeInteger()
    guard (0...words.count).contains(count) else { throw StateError() }
    var taken: [UInt64] = []
    for _ in 0..<count { taken.append(try takeBits()) }
    return StateWords(taken)
  }
}

extension Communicator {
  /// The words of the first rank.
  ///
  /// Collective.
  fileprivate func broadcast(_ words: StateWords) throws(CommunicationError) -> StateWords {
    var count: InlineArray<1, Int64> = [Int64(words.words.count)]
    var span = count.mutableSpan
    try broadcast(&span, from: 0)
    var elements = rank == 0 ? words.words : [UInt64](repeating: 0, count: Int(span[0]))
    var all = elements.mutableSpan
    try broadcast(&all, from: 0)
    return StateWords(elements)
  }
}
