import ArgumentParser
import Records

/// The options of commands whose finished pieces are not computed again.
struct LedgerOptions: ParsableArguments {
  @Option(
    name: .customLong("checkpoint"),
    help: ArgumentHelp(
      "Keeps each finished point here. The same command computes only the others, on any number of ranks "
        + "and groups, with the same bits. After SIGTERM, SIGUSR1 and the first Ctrl-C the points under way "
        + "are finished, and the status is 75. It is removed when the sweep is finished.",
      valueName: "file"
    )
  )
  var file: String?

  @Option(
    help: ArgumentHelp(
      "Ends with status 75 where another point would not be finished before so much time is over, as in "
        + "30s, 10m, 24h; also before the job ends where the batch system says when (SLURM_JOB_END_TIME, "
        + "PBS_WALLTIME).",
      valueName: "span"
    ),
    transform: TimeSpan.init
  )
  var maxTime: TimeSpan?

  /// The file that is written, where a link leads to.
  var target: String? { file.map(LinkTarget.of) }

  mutating func validate() throws {
    guard file == nil, maxTime != nil else { return }
    throw ValidationError("--max-time needs --checkpoint <file>, where finished points are kept")
  }
}
