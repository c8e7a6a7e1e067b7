/// What `--out` writes, by the ending of the file's name.
enum OutputFormat {
  /// All results, by `ResultFile`.
  case hdf5
  /// The final λ as a table.
  case csv

  /// The format of a file.
  init(of path: String) {
    let name = path.lowercased()
    self = name.hasSuffix(".h5") || name.hasSuffix(".hdf5") ? .hdf5 : .csv
  }
}

extension DeckOptions {
  /// The file of results that is wanted; `nil` if none is, or a table.
  var resultFile: String? { out.flatMap { OutputFormat(of: $0) == .hdf5 ? $0 : nil } }

  /// Refuses a file of results where a command writes a table, which nobody would expect under that name.
  ///
  /// - Throws: `UsageError`, alike on all ranks.
  func requireTable() throws {
    guard let resultFile else { return }
    throw UsageError("--out \(resultFile): this command writes a table; name it .csv")
  }

  /// The table of λ that is wanted; `nil` if none is, or a file of results.
  var lambdaTable: String? { out.flatMap { OutputFormat(of: $0) == .csv ? $0 : nil } }
}
