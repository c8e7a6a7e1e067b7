import Records

/// Whether a run goes on from another one.
enum FormerRun {
  /// Refuses what a run has kept that was asked for something else.
  ///
  /// - Parameters:
  ///   - former: What that run was asked for.
  ///   - source: The file that it kept.
  ///   - entries: What this run was asked for.
  /// - Throws: `UsageError` that names the first key that changed.
  static func require(
    _ former: [ResolvedDeck.Entry],
    from source: String,
    _ entries: [ResolvedDeck.Entry]
  ) throws {
    guard let change = ResolvedDeck.firstChange(from: former, to: entries) else { return }
    throw UsageError(
      "--checkpoint \(source): is of another run: \(change.key) was \(words(change.former)) and is "
        + "\(words(change.present)) now; set it back to go on, or remove the file to start anew"
    )
  }

  /// What is said where another version wrote a file.
  static func note(version: String, of source: String) -> String? {
    guard version != Version.number else { return nil }
    return "\(source) was written by version \(version) of tgge; the result may differ in its last "
      + "bits from that of one version"
  }

  /// A value; the middle of a long one is left out.
  private static func words(_ value: String?) -> String {
    guard let value else { return "not given" }
    return value.count <= 60 ? value : "\(value.prefix(30))…\(value.suffix(20))"
  }
}
