import Records

extension PartialFile {
  /// Completes the file of `--out` and gives it its name.
  ///
  /// - Throws: `UsageError` with the first thing that went wrong; then there is no file.
  mutating func finish() throws {
    guard let reason = complete() else { return }
    throw UsageError("--out \(path): cannot be written: \(reason)")
  }
}
