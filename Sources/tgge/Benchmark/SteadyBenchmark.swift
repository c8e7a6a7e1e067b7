import ArgumentParser
import MPICommunication
import Studies

/// The command `tgge benchmark steady`.
struct SteadyBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady",
    abstract: "Measures how long a steady state takes.",
    discussion: """
      The chain of the paper with R = 2, tables, iteration, certificate and responses to the drive and \
      the filling; up to 20 000 modes the pair sums of the other engine, too, which judges the state \
      there. Checked are the residual, the agreement of both engines, and that all repeats have the same \
      bits.
      """
  )

  @Option(help: "Momentum modes L of the chain; repeatable.")
  var modes: [Int] = [1 << 16]

  @Option(help: "Which engine.")
  var forces: ForceChoice = .auto

  @OptionGroup var options: BenchmarkOptions

  func validate() throws {
    try BenchmarkOptions.validate(modes: modes)
  }

  func run(on communicator: MPICommunicator) throws {
    let study = try SteadyRow.study(modes: modes.max() ?? 1, forces: forces)
    let bytes = study.estimatedBytes(ranks: communicator.size, keepsLambda: false)
    try MemoryCheck.require(bytes, on: communicator) { UsageError("--modes: \($0)") }
    let rows = try modes.map { modes in
      try SteadyRow(
        modes: modes,
        forces: forces,
        repeats: options.repeats,
        on: communicator
      )
    }
    try report(rows, asJSON: options.json, on: communicator) { SteadyRow.printTable(rows) }
  }
}
