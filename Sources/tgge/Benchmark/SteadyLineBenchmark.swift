import ArgumentParser
import MPICommunication

/// The command `tgge benchmark steady-line`.
struct SteadyLineBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady-line",
    abstract:
      "Measures steady states along a line of drives, and in turn with them force evaluations.",
    discussion: """
      The chain of the paper: one steady state at drive 0.5 from a cold start, and points along a line of \
      drives from 0 to 1, each with its certificate, currents, responses and digest. Times are also in \
      units of one force evaluation (R = 2) in the same run.
      """
  )

  @Option(help: "Momentum modes L of the chain.")
  var modes = 100_000

  @Option(help: "Points of the line of drives.")
  var points = 101

  @Flag(help: "Without responses to drive and filling.")
  var withoutResponses = false

  @Flag(help: "Writes one JSON object.")
  var json = false

  func validate() throws {
    guard (8...1 << 34).contains(modes), (2...100_000).contains(points) else {
      throw ValidationError("--modes must be 8 or more, --points 2 or more")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    let owned = Double(modes) / Double(communicator.size)
    try MemoryCheck.require(40 * 8 * owned, on: communicator) { UsageError("--modes: \($0)") }
    let row = try SteadyLineRow(
      modes: modes,
      points: points,
      responses: !withoutResponses,
      on: communicator
    )
    try report([row], asJSON: json, on: communicator) { row.printTable() }
  }
}
