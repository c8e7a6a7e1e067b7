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
  /// The file of results that is wanted; `nil` if none is, or a table.
  var resultFile: String? { out.flatMap { OutputFormat(of: $0) == .hdf5 ? $0 : nil } }

  /// The table that is wanted; `nil` if none is, or a file of results.
  var table: String? { out.flatMap { OutputFormat(of: $0) == .csv ? $0 : nil } }
}
