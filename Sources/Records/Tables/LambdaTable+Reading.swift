extension LambdaTable {
  /// Reads the content of a CSV file.
  ///
  /// Columns may come in any order; empty lines and lines that begin with `#` are skipped.
  ///
  /// - Parameters:
  ///   - bytes: The content of the file.
  ///   - fileName: The file, as errors name it.
  ///   - dimension: The number of directions of the lattice, 1 to 3, which says what columns there are.
  /// - Throws: `LambdaTableError` with the first line found wrong, its column, and what is allowed.
  public init(
    reading bytes: [UInt8],
    fileName: String,
    dimension: Int
  ) throws(LambdaTableError) {
    self.init(fileName: fileName, dimension: dimension)
    // The destination of each field of a row, once the header is read.
    var places: [Int]?
    var values = Array(repeating: 0.0, count: dimension + 2)
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: Self.newline) ?? bytes.count
      let content = trimmed(bytes[start..<end])
      line += 1
      start = end + 1
      guard let first = content.first, first != UInt8(ascii: "#") else { continue }
      guard let known = places else {
        places = try readHeader(content, line: line)
        continue
      }
      try readRow(content, line: line, places: known, values: &values)
    }
    guard places != nil else {
      throw LambdaTableError(
        fileName: fileName,
        message: "is empty; the first line must be \(listed(Self.columns(dimension: dimension)))"
      )
    }
  }

  private func readHeader(
    _ content: ArraySlice<UInt8>,
    line: Int
  ) throws(LambdaTableError) -> [Int] {
    let columns = Self.columns(dimension: dimension)
    let names = content.split(separator: Self.comma, omittingEmptySubsequences: false).map {
      String(decoding: trimmed($0), as: UTF8.self)
    }
    var places: [Int] = []
    for name in names {
      guard let place = columns.firstIndex(of: name) else {
        throw error(
          line,
          "\"\(clipped(name))\" is an unknown column; allowed are \(listed(columns))"
        )
      }
      guard !places.contains(place) else {
        throw error(line, "the column \(name) is given twice; allowed is once")
      }
      places.append(place)
    }
    for (place, name) in columns.enumerated() where !places.contains(place) {
      throw error(line, "the column \(name) is missing; the columns are \(listed(columns))")
    }
    return places
  }

  private mutating func readRow(
    _ content: ArraySlice<UInt8>,
    line: Int,
    places: [Int],
    values: inout [Double]
  ) throws(LambdaTableError) {
    var start = content.startIndex
    var field = 0
    while start <= content.endIndex {
      let end = content[start...].firstIndex(of: Self.comma) ?? content.endIndex
      if field < places.count {
        values[places[field]] = try number(content[start..<end], line, places[field])
      }
      field += 1
      start = end + 1
    }
    guard field == places.count else {
      throw error(line, "has \(field) fields; allowed are \(places.count)")
    }
    let band = values[dimension]
    guard let index = Int(exactly: band), index >= 0 else {
      let message = "\(band) is not a band; allowed is an integer, 0 or above"
      throw LambdaTableError(fileName: fileName, line: line, column: "band", message: message)
    }
    momenta.append(contentsOf: values[..<dimension])
    bands.append(index)
    lambdas.append(values[dimension + 1])
    lines.append(line)
  }

  private func number(
    _ field: ArraySlice<UInt8>,
    _ line: Int,
    _ place: Int
  ) throws(LambdaTableError) -> Double {
    let text = String(decoding: trimmed(field), as: UTF8.self)
    let complaint: String
    switch WrittenNumber(text) {
    case .finite(let value): return value
    case .notFinite: complaint = "is not finite"
    case .notANumber: complaint = "is not a number"
    }
    throw LambdaTableError(
      fileName: fileName,
      line: line,
      column: Self.columns(dimension: dimension)[place],
      message: "\"\(clipped(text))\" \(complaint); allowed is a finite number"
    )
  }

  private func error(_ line: Int, _ message: String) -> LambdaTableError {
    LambdaTableError(fileName: fileName, line: line, message: message)
  }
}

/// The bytes without blanks, tabs and carriage returns at both ends.
private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
  let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
  let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
  return bytes[start..<end]
}
