/// A study did its work and cannot give what was asked for; every rank finds the same.
public struct StudyFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line for the user: what is missing, and what would help.
  public let description: String

  /// Creates the failure.
  public init(_ description: String) { self.description = description }
}
