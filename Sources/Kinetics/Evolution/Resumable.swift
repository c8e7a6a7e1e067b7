import VectorMath

/// A computation whose state between two steps can be saved, to go on from it with the same bits.
public protocol Resumable: ~Copyable {
  /// Hands the state to `body`.
  ///
  /// - Parameter body: Is given numbers that all ranks know, and vectors over the owned modes.
  /// - Returns: What `body` returns.
  borrowing func withState<Result>(
    _ body: (StateWords, [UnsafeBufferPointer<Double>]) throws -> Result
  ) rethrows -> Result

  /// Takes a saved state over.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - words: The numbers, from which this state's are taken out.
  ///   - read: Reads a vector of the owned modes, by its place among those of `withState`.
  /// - Throws: `StateError` if the words are of another computation, alike on all ranks;
  ///   `CommunicationError`; and what `read` throws.
  mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws
}
