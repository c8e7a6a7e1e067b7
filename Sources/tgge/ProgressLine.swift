import Communication
import Foundation

/// Tells on standard error how far a computation is: a line that changes on a terminal, one line a
/// minute elsewhere.
struct ProgressLine {
  /// Whether there is a terminal, where lines can be taken away.
  let isTerminal: Bool

  private let isShown: Bool
  private var last = ContinuousClock.now
  private var isOpen = false

  init(on communicator: some Communicator, quiet: Bool) {
    isShown = communicator.rank == 0 && !quiet
    // Under mpirun standard error is a pipe; launch/run says whether a terminal is behind it.
    isTerminal =
      isatty(STDERR_FILENO) == 1 || ProcessInfo.processInfo.environment["TGGE_TERMINAL"] == "1"
  }

  /// Shows a line, if one is due.
  mutating func show(_ line: @autoclosure () -> String) {
    guard isDue else { return }
    last = ContinuousClock.now
    // A longer line would wrap, and then not be taken away.
    StandardError.write(isTerminal ? "\r\u{1B}[K" + String(line().prefix(79)) : line() + "\n")
    isOpen = isTerminal
  }

  /// Whether a line is to be shown now.
  var isDue: Bool {
    isShown && ContinuousClock.now - last >= (isTerminal ? .milliseconds(200) : .seconds(60))
  }

  /// Writes a line that stays.
  mutating func note(_ text: String) {
    guard isShown else { return }
    clear()
    StandardError.write(text + "\n")
  }

  /// Takes the changing line away.
  mutating func clear() {
    if isOpen { StandardError.write("\r\u{1B}[K") }
    isOpen = false
  }

  /// A bar of eight places, of which so many are full.
  static func bar(_ fraction: Double) -> String {
    let full = Int(max(0, min(1, fraction)) * 8)
    return "[" + String(repeating: "#", count: full) + String(repeating: "·", count: 8 - full) + "]"
  }

  /// A duration for people.
  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: String(format: "%.3g s", seconds)
    case ..<6000: String(format: "%.0f min", seconds / 60)
    case ..<360_000: String(format: "%.1f h", seconds / 3600)
    default: String(format: "%.0f days", seconds / 86400)
    }
  }
}
