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
    )
  )
  var every: CheckpointInterval?

  @Option(
    help: ArgumentHelp(
      "Saves the state and ends with status 75 before so much time is over, as in 30s, 10m, 24h; also "
        + "before the job ends where the batch system says when (SLURM_JOB_END_TIME, PBS_WALLTIME).",
      valueName: "span"
    )
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
struct TimeSpan: ExpressibleByArgument {
  let seconds: Double

  /// Reads a number and a unit: s, m, h or d.
  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    guard let last = argument.last, let unit = units[last],
      argument.first?.isNumber == true, let number = Double(argument.dropLast()),
      number > 0, number.isFinite
    else { return nil }
    seconds = number * unit
  }
}

/// When the state is saved.
enum CheckpointInterval: ExpressibleByArgument {
  case seconds(Double)
  case steps(Int)

  init?(argument: String) {
    if argument.hasSuffix("steps"), let count = Int(argument.dropLast(5)), count > 0 {
      self = .steps(count)
    } else if let span = TimeSpan(argument: argument) {
      self = .seconds(span.seconds)
    } else {
      return nil
    }
  }
}
