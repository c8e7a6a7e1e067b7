import Foundation
import Kinetics
import Studies

/// What the progress line of an evolution says: how far it is, how fast, how long it will take, and,
/// of the last output times, the current and how fast λ still changes.
struct EvolveProgress {
  private(set) var line: ProgressLine

  /// Where things stood when a line was last shown.
  private var shown: (instant: ContinuousClock.Instant, time: Double, steps: Int)?
  private var output: EvolveOutput?
  private var residual: Double?

  init(_ line: ProgressLine) { self.line = line }

  /// An output time was reached: takes the current from it, and from it and the one before the
  /// residual, the largest |Δλ/Δt| of a recorded mode.
  mutating func reach(_ next: EvolveOutput) {
    if let output, next.time > output.time, !next.lambda.isEmpty {
      let changes = zip(next.lambda, output.lambda).map { abs($0 - $1) }
      residual = (changes.max() ?? 0) / (next.time - output.time)
    }
    output = next
  }

  /// Shows a line, if one is due.
  mutating func show(time: Double, end: Double, _ statistics: EvolutionStatistics) {
    let now = ContinuousClock.now
    // The first step that this run has made: it may have gone on from anywhere.
    guard let shown else { return shown = (now, time, statistics.steps) }
    guard line.isDue, time < end else { return }
    let seconds = (now - shown.instant) / .seconds(1)
    let left = (end - time) / (time - shown.time) * seconds
    let rate = Double(statistics.steps - shown.steps) / seconds
    self.shown = (now, time, statistics.steps)

    // Nobody knows how far the steady state is.
    let hasEnd = end.isFinite
    var words =
      hasEnd
      ? [String(format: "%3.0f %%", time / end * 100), String(format: "t %.4g/%.4g", time, end)]
      : [String(format: "t %.4g, towards the steady state", time)]
    words.append(String(format: "%.3g steps/s", rate))
    if !line.isTerminal {
      words.append("\(statistics.steps) steps, \(statistics.rejectedSteps) rejected")
    }
    if hasEnd { words.append("\(ProgressLine.duration(left)) left") }
    if let current = output?.observables.current {
      words.append("I " + current.map { String(format: "%.3g", $0) }.joined(separator: " "))
    }
    if let residual { words.append(String(format: "|dλ/dt| %.0e", residual)) }
    let text =
      line.isTerminal
      ? (hasEnd ? ProgressLine.bar(time / end) : "") + words.joined(separator: "  ")
      : words.joined(separator: ", ")
    line.show(text)
  }

  /// Writes a line that stays.
  mutating func note(_ text: String) { line.note(text) }

  /// Takes the changing line away.
  mutating func clear() { line.clear() }
}
