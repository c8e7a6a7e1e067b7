/// A file of results, a checkpoint or a ledger cannot be written or read; one line for the user.
public struct RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// Creates the error.
  public init(_ description: String) { self.description = printable(description) }
}
