extension LambdaTable {
  /// Appends the line with the names of the columns.
  public static func appendHeader(dimension: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: columns(dimension: dimension).joined(separator: ",").utf8)
    bytes.append(newline)
  }

  /// Appends a comment, one line for each of its lines.
  public static func appendComment(_ text: String, to bytes: inout [UInt8]) {
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      bytes.append(contentsOf: "# \(line)".utf8)
      bytes.append(newline)
    }
  }

  /// Appends one row; numbers are the shortest decimals that read back as the same bits.
  ///
  /// - Parameters:
  ///   - momentum: One component for each direction, in units of π.
  ///   - band: The band, counted from 0, the highest.
  ///   - lambda: λ of the mode; a value that is not finite is written but cannot be read back.
  ///   - bytes: The buffer, which the caller writes out and empties as often as it likes.
  public static func appendRow(
    momentum: some Sequence<Double>,
    band: Int,
    lambda: Double,
    to bytes: inout [UInt8]
  ) {
    for component in momentum {
      bytes.append(contentsOf: component.description.utf8)
      bytes.append(comma)
    }
    bytes.append(contentsOf: band.description.utf8)
    bytes.append(comma)
    bytes.append(contentsOf: lambda.description.utf8)
    bytes.append(newline)
  }

  static let comma = UInt8(ascii: ",")
  static let newline = UInt8(ascii: "\n")
}
