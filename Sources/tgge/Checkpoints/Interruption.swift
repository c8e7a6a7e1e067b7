import Foundation

/// The end of a run before its time, with its state saved; thrown alike on all ranks.
struct Interruption: Error, CustomStringConvertible {
  /// Why it ends.
  let reason: String

  /// Where the state is.
  let file: String

  /// The end by a signal, or by the clock if its number is 0.
  init(bySignal number: Int32, file: String) {
    reason =
      switch number {
      case 0: "since time is nearly over"
      case SIGTERM: "by SIGTERM"
      case SIGUSR1: "by SIGUSR1"
      case SIGINT: "by SIGINT"
      default: "by signal \(number)"
      }
    self.file = file
  }

  /// One line for the user.
  var description: String {
    "stopped \(reason); the state is in \(file): run the same command again to go on"
  }
}
