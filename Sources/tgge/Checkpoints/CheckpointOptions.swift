import ArgumentParser
import Foundation
import Records

/// The options of commands that can be interrupted and go on.
struct CheckpointOptions: ParsableArguments {
  @Option(
    name: .customLong("checkpoint"),
    help: ArgumentHelp(
      "Saves the state here. The same command goes on from it, on any number of ranks, with the same "
        + "bits. SIGTERM, SIGUSR1 and the first Ctrl-C save it and end with status 75. It is removed "
        + "when the run is finished.",
      valueName: "file"
    )
  )
  var file: String?

  @Option(
    help: ArgumentHelp(
      "How often the state is saved, as in 30s, 10m, 2h or 500steps; 10m by default.",
      valueName: "span"
    ),
    transform: CheckpointInterval.init
  )
  var every: CheckpointInterval?

  @Option(
    help: ArgumentHelp(
      "Saves the state and ends with status 75 before so much time is over, as in 30s, 10m, 24h; also "
        + "before the job ends where the batch system says when (SLURM_JOB_END_TIME, PBS_WALLTIME).",
      valueName: "span"
    ),
    transform: TimeSpan.init
  )
  var maxTime: TimeSpan?

  /// The file that is written, where a link leads to.
  var target: String? { file.map(LinkTarget.of) }

  mutating func validate() throws {
    guard file == nil, every != nil || maxTime != nil else { return }
    let option = every != nil ? "--every" : "--max-time"
    throw ValidationError("\(option) needs --checkpoint <file>, where the state is saved")
  }
}

/// A span of time as it is written on the command line.
struct TimeSpan {
  let seconds: Double

  /// The longest span, in days: what a clock counts in nanoseconds.
  fileprivate static let mostDays = 10_000

  /// Reads a positive number and a unit: s, m, h or d.
  ///
  /// - Throws: `UsageError` that says what is allowed.
  init(_ text: String) throws {
    guard let seconds = TimeSpan.seconds(text) else {
      throw UsageError(
        "allowed is one number above 0 with s, m, h or d behind it, as in 90s, 30m, 1.5h, up to \(TimeSpan.mostDays)d"
      )
    }
    self.seconds = seconds
  }

  fileprivate static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    guard let last = text.last, let unit = units[last], text.first?.isNumber == true,
      let number = Double(text.dropLast()), number > 0, number * unit <= Double(mostDays) * 86400
    else { return nil }
    return number * unit
  }
}

/// When the state is saved.
enum CheckpointInterval {
  case seconds(Double)
  case steps(Int)

  /// Reads a span of time, or a number of steps.
  ///
  /// - Throws: `UsageError` that says what is allowed.
  init(_ text: String) throws {
    if text.hasSuffix("steps"), let count = Int(text.dropLast(5)), count > 0 {
      self = .steps(count)
    } else if let seconds = TimeSpan.seconds(text) {
      self = .seconds(seconds)
    } else {
      throw UsageError(
        "allowed is one number above 0 with s, m, h, d or steps behind it, as in 90s, 30m, 1.5h, 500steps, up "
          + "to \(TimeSpan.mostDays)d"
      )
    }
  }
}
