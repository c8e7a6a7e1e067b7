import Communication
import Foundation
import Kinetics
import Studies
import VectorMath

/// Tells on standard error how far an evolution is: a line that changes on a terminal, one line a
/// minute elsewhere.
struct ProgressLine {
  private let isShown: Bool
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant
  private var isOpen = false

  init(on communicator: some Communicator, quiet: Bool) {
    isShown = communicator.rank == 0 && !quiet
    // Under mpirun standard error is a pipe; launch/run says whether a terminal is behind it.
    isTerminal =
      isatty(STDERR_FILENO) == 1 || ProcessInfo.processInfo.environment["TGGE_TERMINAL"] == "1"
    last = start
  }

  /// Shows the time reached, if a line is due.
  mutating func show(time: Double, end: Double, _ statistics: EvolutionStatistics) {
    guard time < end, isDue else { return }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let left = time > 0 ? ProgressLine.duration(elapsed * (end - time) / time) : "?"
    let (goal, rest) =
      end.isFinite
      ? ("of \(String(format: "%.4g", end))", ", \(left) left")
      : ("on the way to the steady state", "")
    show(
      "t = \(String(format: "%.4g", time)) \(goal), \(statistics.steps) steps, "
        + "\(statistics.rejectedSteps) rejected\(rest)"
    )
  }

  /// Shows a line, if one is due.
  mutating func show(_ line: @autoclosure () -> String) {
    guard isDue else { return }
    last = ContinuousClock.now
    write(isTerminal ? "\r\u{1B}[K" + line() : line() + "\n")
    isOpen = isTerminal
  }

  /// Whether a line is to be shown now.
  private var isDue: Bool {
    isShown && ContinuousClock.now - last >= (isTerminal ? .milliseconds(200) : .seconds(60))
  }

  /// Writes a line that stays.
  mutating func note(_ text: String) {
    guard isShown else { return }
    clear()
    write(text + "\n")
  }

  /// Takes the changing line away.
  mutating func clear() {
    if isOpen { write("\r\u{1B}[K") }
    isOpen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

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
