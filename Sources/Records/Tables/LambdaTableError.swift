/// A table of λ cannot be used; says where and what is allowed.
public struct LambdaTableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as the user named it.
  public let fileName: String

  /// The line in the file, counted from 1; nil if no line is to blame.
  public let line: Int?

  /// The column, such as `lambda`; nil if the error concerns the whole line.
  public let column: String?

  /// What is wrong and what is allowed.
  public let message: String

  /// Creates an error from its parts.
  public init(fileName: String, line: Int? = nil, column: String? = nil, message: String) {
    self.fileName = fileName
    self.line = line
    self.column = column
    self.message = message
  }

  /// One line for the user: `lambda.csv:12: lambda: "abc" is not a number; allowed is ...`.
  public var description: String {
    let place = fileName + (line.map { ":\($0)" } ?? "")
    return printable("\(place): \(column.map { "\($0): " } ?? "")\(message)")
  }
}
