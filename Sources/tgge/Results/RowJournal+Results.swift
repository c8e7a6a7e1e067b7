import Communication
import Records

/// The journal of a file of results, until that is written at the end of a run that can be interrupted.
extension RowJournal {
  /// What the journal of a file of results is called.
  static func name(of path: String) -> String { path + ".rows" }

  /// Writes a row, or says how to go on.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `CommunicationError`, alike on all ranks.
  func keep(_ index: Int, _ values: UnsafeBufferPointer<Double>, owned: Range<Int>) throws {
    do {
      try write(index, values, owned: owned)
    } catch  where !(error is CommunicationError) {
      // What was kept before has all rows before this one.
      throw RecordError("\(error); run the same command again to go on, once there is room")
    }
  }
}
