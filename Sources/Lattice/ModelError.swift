/// A lattice or bath that cannot be computed with; the message says what to change.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The part of a model that is to blame, so that a deck's line can be named.
  public enum Subject: Sendable { case lattice, temperature, any }

  /// What is wrong and what is allowed, in one line.
  public let description: String

  /// The part that is to blame.
  public let subject: Subject

  /// Creates the error with its message.
  public init(_ description: String, about subject: Subject = .any) {
    self.description = description
    self.subject = subject
  }
}
