import ArgumentParser

/// The command `tgge benchmark`.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures the program next to the limits of the machine.",
    discussion: """
      Figures are medians over the repeats, of the slowest rank each; with --json there are the fastest \
      and the slowest repeat too. What is rated against a limit has passed the checks that are named; \
      where they fail there is no rating.
      """,
    subcommands: [
      ForcesBenchmark.self, EvolveBenchmark.self, SteadyBenchmark.self, SteadyLineBenchmark.self,
      CollectivesBenchmark.self, CheckpointBenchmark.self,
    ]
  )
}
