/// A CSV file of numbers under names.
struct NumberTable {
  /// The names of the columns.
  let columns: [String]

  /// The numbers, row by row.
  private(set) var rows: [[Double]] = []

  /// Reads the content of a file; lines that are empty or begin with `#` are skipped, and an empty
  /// field is NaN.
  ///
  /// - Throws: `PlotError` with the line that is wrong.
  init(reading bytes: [UInt8], fileName: String) throws(PlotError) {
    var columns: [String]?
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { field in
        String(field.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      }
      guard let names = columns else {
        columns = fields
        continue
      }
      let values = fields.compactMap { field -> Double? in
        guard !field.isEmpty else { return .nan }
        guard let value = Double(field), value.isFinite else { return nil }
        return value
      }
      guard fields.count == names.count, values.count == names.count else {
        let message = "allowed are \(names.count) finite numbers, separated by commas"
        throw PlotError(fileName, "line \(number + 1): \(message)")
      }
      rows.append(values)
    }
    self.columns = columns ?? []
    guard !rows.isEmpty else { throw PlotError(fileName, "has no rows") }
  }

  /// The place of a column.
  func place(of name: String) -> Int? { columns.firstIndex(of: name) }
}
