import Kinetics

/// Keeps the state of a study, so that another run can go on from it.
public protocol StateKeeper: ~Copyable {
  /// The words of the state to go on from, the same on all ranks; `nil` to begin.
  var former: StateWords? { get }

  /// Reads a vector of the former state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - index: Its place among those that were saved.
  ///   - vector: On return its elements of the owned modes.
  /// - Throws: What ends the study, alike on all ranks.
  mutating func read(_ index: Int, into vector: UnsafeMutableBufferPointer<Double>) throws

  /// Whether the state is to be saved now; asked after each step and each output.
  ///
  /// Collective.
  ///
  /// - Parameter steps: The steps that were accepted so far.
  /// - Returns: The same on all ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  mutating func isDue(after steps: Int) throws -> Bool

  /// Saves the state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - words: What all ranks know.
  ///   - vectors: Vectors of the owned modes.
  /// - Throws: What ends the study, alike on all ranks.
  mutating func save(_ words: StateWords, _ vectors: [UnsafeBufferPointer<Double>]) throws
}

/// Keeps nothing.
public struct NoKeeper: StateKeeper {
  /// Creates the keeper.
  public init() {}
  /// Nothing.
  public var former: StateWords? { nil }
  /// Reads nothing.
  public func read(_ index: Int, into vector: UnsafeMutableBufferPointer<Double>) {}
  /// Never.
  public func isDue(after steps: Int) -> Bool { false }
  /// Saves nothing.
  public func save(_ words: StateWords, _ vectors: [UnsafeBufferPointer<Double>]) {}
}

/// The way out of an integration, between two steps, to save its state.
struct Pause: Error {}
