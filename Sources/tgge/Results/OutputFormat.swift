import Records

/// What `--out` writes, by the ending of the file's name.
enum OutputFormat {
  /// All results, by `ResultFile`.
  case hdf5
  /// A table: λ, the rows of a sweep or of an extrapolation, the bands.
  case csv

  /// The format of a file.
  init(of path: String) {
    let name = path.lowercased()
    self = name.hasSuffix(".h5") || name.hasSuffix(".hdf5") ? .hdf5 : .csv
  }
}

extension DeckOptions {
  /// The file of results that is wanted, where a link leads to; `nil` if none is, or a table.
  var resultFile: String? { target(.hdf5) }

  /// The table that is wanted, where a link leads to; `nil` if none is, or a file of results.
  var table: String? { target(.csv) }

  private func target(_ format: OutputFormat) -> String? {
    out.flatMap { OutputFormat(of: $0) == format ? LinkTarget.of($0) : nil }
  }
}
