import ArgumentParser
import MPICommunication
import Studies

/// The command `tgge benchmark evolve`.
struct EvolveBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract: "Measures an evolution.",
    discussion: """
      The chain of the paper with R = 2 from infinite temperature on. Checked are the agreement of both \
      engines, the filling, and that all repeats have the same bits.
      """
  )

  @Option(help: "Momentum modes L of the chain; repeatable.")
  var modes: [Int] = [1 << 14]

  @Option(help: "Which engine.")
  var forces: ForceChoice = .auto

  @Option(help: "The time to reach, in inverse units of energy.")
  var end = 10.0

  @OptionGroup var options: BenchmarkOptions

  func validate() throws {
    try BenchmarkOptions.validate(modes: modes)
    guard end > 0, end.isFinite else { throw ValidationError("--end must be positive") }
  }

  func run(on communicator: MPICommunicator) throws {
    let owned = Double(modes.max() ?? 0) / Double(forces == .direct ? 1 : communicator.size)
    try MemoryCheck.require(30 * 8 * owned, on: communicator) { UsageError("--modes: \($0)") }
    let rows = try modes.map { modes in
      try EvolveRow(
        modes: modes,
        end: end,
        forces: forces,
        repeats: options.repeats,
        on: communicator
      )
    }
    try report(rows, asJSON: options.json, on: communicator) { EvolveRow.printTable(rows) }
  }
}
