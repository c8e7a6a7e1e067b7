/// The end of a run before its time, with its state saved; thrown alike on all ranks.
struct Interruption: Error, CustomStringConvertible {
  /// Why it ends.
  let reason: String

  /// Where the state is.
  let file: String

  /// One line for the user.
  var description: String {
    "stopped \(reason); the state is in \(file): run the same command again to go on"
  }
}
