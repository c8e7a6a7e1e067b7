/// Numbers by column as a CSV file holds them: a comment with the units, the names, then the rows.
///
///     # tgge 0.1.0 figure3.yaml: steady states
///     # units: baths.drive (1), current (energy)
///     baths.drive,current
///     0.5,0.035193662447200375
///
/// Numbers are written so that reading them gives the same bits. The bytes come piece by piece, so that rows
/// can be written as they are found.
public struct ColumnTable: Sendable {
  /// A column: its name and its unit, `1` for none.
  public struct Column: Sendable, Equatable {
    /// The name; commas and line ends become `_`.
    public let name: String

    /// The unit.
    public let unit: String

    /// Creates a column.
    public init(_ name: String, unit: String = "1") {
      self.name = String(name.map { $0 == "," || $0 == "\"" || $0.isNewline ? "_" : $0 })
      self.unit = unit
    }
  }

  /// The columns, from the left.
  public let columns: [Column]

  /// What the table is, for its first line.
  public let comment: String

  /// Creates a table.
  public init(_ columns: [Column], comment: String) {
    self.columns = columns
    self.comment = comment
  }

  /// The names of a quantity's columns, one for each direction, as in `current`, or `current_1` and `current_2`.
  public static func names(_ stem: String, _ directions: Int) -> [String] {
    directions == 1 ? [stem] : (1...directions).map { "\(stem)_\($0)" }
  }

  /// The comments and the names of the columns.
  public var header: [UInt8] {
    var bytes: [UInt8] = []
    LambdaTable.appendComment(comment, to: &bytes)
    let units = columns.map { "\($0.name) (\($0.unit))" }.joined(separator: ", ")
    LambdaTable.appendComment("units: \(units)", to: &bytes)
    bytes.append(contentsOf: (columns.map(\.name).joined(separator: ",") + "\n").utf8)
    return bytes
  }

  /// One row.
  ///
  /// - Parameter values: One for each column; `nil` leaves the field empty.
  /// - Returns: The line in UTF-8, with its end.
  public func row(_ values: [Double?]) -> [UInt8] {
    precondition(values.count == columns.count)
    let fields = values.map { value in
      guard let value else { return "" }
      // Integers look like integers.
      return value == value.rounded() && abs(value) < 0x1p53
        && !(value == 0 && value.sign == .minus)
        ? Int(value).description : value.description
    }
    return Array((fields.joined(separator: ",") + "\n").utf8)
  }
}
