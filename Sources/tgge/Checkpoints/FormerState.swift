import Communication
import Foundation
import MPICommunication
import Records

/// The state that a run goes on from.
struct FormerState {
  /// What it holds; `nil` if the run begins.
  var content: CheckpointContent?

  /// The file that holds it.
  var source = ""

  /// Whether that is the checkpoint itself, as it should be.
  var isWhole = false

  /// What is not as it should be, for the user.
  var notes: [String] = []

  /// Looks at a checkpoint, and at the one before it if that is not whole.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - file: The checkpoint.
  ///   - entries: What this run was asked for.
  /// - Returns: What was found, the same on all ranks.
  /// - Throws: `UsageError`, alike on all ranks, if the checkpoint is of another run, or there is a file
  ///   that must not be overwritten.
  static func find(
    in file: CheckpointFile<MPICommunicator>,
    entries: [ResolvedDeck.Entry]
  ) throws -> FormerState {
    var state = FormerState()
    let previous = CheckpointFile<MPICommunicator>.previous(file.path)
    var flaw: CheckpointFlaw?
    switch try file.read(file.path) {
    case .success(let content):
      state.content = content
      state.source = file.path
      state.isWhole = true
    case .failure(let found):
      flaw = found
    case nil:
      break
    }
    if state.content == nil, case .success(let content) = try file.read(previous) {
      state.content = content
      state.source = previous
      let trouble = flaw.map { "\(file.path) \($0)" } ?? "\(file.path) is missing"
      state.notes.append("\(trouble); going on from \(previous)")
    }
    if let content = state.content {
      try FormerRun.require(content.entries, from: state.source, entries)
      if let note = FormerRun.note(version: content.version, of: state.source) {
        state.notes.append(note)
      }
      return state
    }
    guard let flaw else { return state }
    guard case .damaged = flaw else {
      throw UsageError(
        "--checkpoint \(file.path): \(flaw); name another file, or remove it to start anew"
      )
    }
    state.notes.append("\(file.path) \(flaw), and there is none before it; starting anew")
    return state
  }
}
