/// A lattice or bath that cannot be computed with; the message says what to change.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong and what is allowed, in one line.
  public let description: String

  /// Creates the error with its message.
  public init(_ description: String) { self.description = description }
}
