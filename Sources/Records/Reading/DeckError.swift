/// A deck, or an override of one of its keys, cannot be used; says where and what is allowed.
public struct DeckError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as the user named it.
  public let fileName: String

  /// The key, such as `baths.drive` or `record.momenta[2]` (the first entry of a list is `[0]`).
  ///
  /// Empty if the error concerns the whole file.
  public let key: String

  /// The line in the file, counted from 1; nil where no line is to blame, or an override is.
  public let line: Int?

  /// The override that brought the value, such as `--set baths.drive=2`; nil if the file did.
  public let override: String?

  /// What is wrong and what is allowed.
  public let message: String

  /// Creates an error from its parts.
  public init(
    fileName: String,
    key: String,
    line: Int? = nil,
    override: String? = nil,
    message: String
  ) {
    self.fileName = fileName
    self.key = key
    self.line = line
    self.override = override
    self.message = message
  }

  /// One line for the user: `figure2.yaml:7: baths.drive: 1.5 is out of range; allowed is 0 to 1`.
  public var description: String {
    let place = override.map { clipped($0, to: 80) } ?? fileName + (line.map { ":\($0)" } ?? "")
    let subject = key.isEmpty ? "" : clipped(key, to: 80) + ": "
    return printable("\(place): \(subject)\(message)")
  }
}
