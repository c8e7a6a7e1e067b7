import ArgumentParser
import MPICommunication

/// The command `tgge benchmark collectives`.
struct CollectivesBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "collectives",
    abstract: "Measures the messages of an evaluation by themselves.",
    discussion: """
      The Allreduce of 2R doubles, the exact sums that take its place, and the gather of λ. Checked are \
      the sums and the gathered values.
      """
  )

  @Option(help: "Momentum modes L whose λ are gathered; repeatable.")
  var modes: [Int] = [1 << 10, 1 << 14, 1 << 18]

  @OptionGroup var options: BenchmarkOptions

  func validate() throws {
    try BenchmarkOptions.validate(modes: modes)
  }

  func run(on communicator: MPICommunicator) throws {
    let largest = Double(modes.max() ?? 0)
    try MemoryCheck.require(16 * largest, on: communicator) { UsageError("--modes: \($0)") }
    let repeats = options.repeats
    let sums = try [1, 2].map { try SumRow(channels: $0, repeats: repeats, on: communicator) }
    let gathers = try modes.map { try GatherRow(modes: $0, repeats: repeats, on: communicator) }
    try report(sums + gathers as [any BenchmarkRow], asJSON: options.json, on: communicator) {
      SumRow.printTable(sums)
      GatherRow.printTable(gathers)
    }
  }
}
