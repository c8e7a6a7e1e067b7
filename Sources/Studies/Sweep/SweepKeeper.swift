public import Communication
public import Kinetics

/// Keeps what a sweep has found, so that another run can go on from it.
///
/// Points that were found are kept one by one. Where a point begins depends on those before it in its chain, so
/// that the state of a chain is kept now and then, too; points found after that are solved again, in silence.
public protocol SweepKeeper: ~Copyable {
  /// What former runs have found, by point; the same on all ranks.
  var former: [Int: SweepOutcome] { get }

  /// Keeps points that were found.
  ///
  /// Collective over all ranks of the sweep.
  ///
  /// - Parameters:
  ///   - found: What was found, by point; the same on all ranks.
  ///   - isLast: Whether nothing is left to be done.
  /// - Throws: What ends the sweep, alike on all ranks.
  mutating func keep(_ found: [Int: SweepOutcome], isLast: Bool) throws

  /// Keeps the state of a chain, if that is worth it.
  ///
  /// Collective over the ranks that solve the chain. That it cannot be kept is no error.
  ///
  /// - Parameters:
  ///   - words: What all these ranks know.
  ///   - lambda: λ of the owned modes.
  ///   - chain: The number of the chain.
  ///   - partition: Who owns which modes.
  ///   - group: The ranks.
  /// - Throws: `CommunicationError`.
  mutating func save(
    _ words: StateWords,
    _ lambda: UnsafeBufferPointer<Double>,
    ofChain chain: Int,
    partition: Partition,
    over group: some Communicator
  ) throws

  /// The words that were kept of a chain; `nil` if there are none.
  ///
  /// Collective over the ranks that solve the chain.
  ///
  /// - Throws: `CommunicationError`.
  mutating func words(ofChain chain: Int, over group: some Communicator) throws -> StateWords?

  /// Reads λ that was kept of a chain.
  ///
  /// Collective over the ranks that solve the chain.
  ///
  /// - Throws: What says that it is not there, alike on all these ranks; `CommunicationError`.
  mutating func readLambda(
    ofChain chain: Int,
    into lambda: UnsafeMutableBufferPointer<Double>,
    partition: Partition,
    over group: some Communicator
  ) throws

  /// Forgets the state of a chain, all of whose points are kept.
  ///
  /// Collective over the ranks that solve the chain.
  ///
  /// - Throws: `CommunicationError`.
  mutating func discard(chain: Int, over group: some Communicator) throws
}

/// Keeps nothing of a sweep.
public struct NoSweepKeeper: SweepKeeper {
  /// Creates the keeper.
  public init() {}
  /// Nothing.
  public var former: [Int: SweepOutcome] { [:] }
  /// Keeps nothing.
  public func keep(_ found: [Int: SweepOutcome], isLast: Bool) {}
  /// Keeps nothing.
  public func save(
    _ words: StateWords,
    _ lambda: UnsafeBufferPointer<Double>,
    ofChain chain: Int,
    partition: Partition,
    over group: some Communicator
  ) {}
  /// Nothing.
  public func words(ofChain chain: Int, over group: some Communicator) -> StateWords? { nil }
  /// Reads nothing.
  public func readLambda(
    ofChain chain: Int,
    into lambda: UnsafeMutableBufferPointer<Double>,
    partition: Partition,
    over group: some Communicator
  ) {}
  /// Has nothing to forget.
  public func discard(chain: Int, over group: some Communicator) {}
}
