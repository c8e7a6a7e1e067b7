import Records

/// A file cannot be drawn; says why and what would be allowed.
public struct PlotError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as the user named it.
  public let file: String

  /// What is wrong and what is allowed.
  public let message: String

  /// Creates an error.
  public init(_ file: String, _ message: String) {
    self.file = file
    self.message = message
  }

  /// One line for the user.
  public var description: String { oneLine("\(file): \(message)") }
}

/// The text with everything that would break a line replaced by blanks.
func oneLine(_ text: String) -> String { printable(text, replacement: " ") }
