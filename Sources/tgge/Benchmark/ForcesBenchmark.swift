import ArgumentParser
import Communication
import MPICommunication
import Studies

/// The command `tgge benchmark forces`.
struct ForcesBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "forces",
    abstract: "Measures force evaluations, and in turn with them the limits of the same core.",
    discussion: """
      The chain of the paper with R = 1 (thermal bath) and R = 2 (thermal and Raman bath). Limits and \
      forces are measured alternately in one process; figures are medians over the repeats. Rated is \
      only what passes a check: both engines agree to 1e-12 on up to 4096 modes of this lattice.
      """
  )

  @Option(
    help: "Momentum modes L of the chain; by default 2^14 for pairs, 2^13 and 2^22 for moments."
  )
  var modes: Int?

  @Option(help: "Which engine; auto measures both.")
  var forces: ForceChoice = .auto

  @Option(
    help: ArgumentHelp(
      "Measures on one rank the share of the first of P ranks, without any message.",
      valueName: "P"
    )
  )
  var share: Int?

  @Option(help: ArgumentHelp("Measures R = 1 or R = 2 alone.", valueName: "R"))
  var channels: Int?

  @Flag(inversion: .prefixedNo, help: "Measures the limits of the core, too, and rates the forces.")
  var limits = true

  @OptionGroup var sharedMemory: SharedMemoryOptions
  @OptionGroup var options: BenchmarkOptions

  var sharesMemory: Bool { sharedMemory.isWanted }

  func validate() throws {
    try BenchmarkOptions.validate(modes: modes.map { [$0] } ?? [])
    guard (1...1 << 20).contains(share ?? 1) else {
      throw ValidationError("--share must be between 1 and 2^20")
    }
    guard (1...2).contains(channels ?? 1) else {
      throw ValidationError("--channels must be 1 or 2")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    guard share == nil || communicator.size == 1 else {
      throw UsageError("--share is for one rank, not for \(communicator.size)")
    }
    // The direct engine has tables of all modes on each rank, and other arrays are some twenty.
    let ranks = share ?? communicator.size
    let owned = Double(modes ?? 1 << 22) / Double(forces == .separable ? ranks : 1)
    try MemoryCheck.require(20 * 8 * owned, on: communicator) { UsageError("--modes: \($0)") }
    let (direct, separable) =
      try share == nil ? measure(on: communicator) : measure(on: SerialCommunicator())
    let sums =
      try forces == .direct || share != nil
      ? []
      : selectedChannels.map {
        try SumRow(channels: $0, repeats: options.repeats, on: communicator)
      }
    let rows: [any BenchmarkRow] = direct + separable + sums
    try report(rows, asJSON: options.json, on: communicator) {
      if !direct.isEmpty { DirectRow.printTable(direct) }
      if !separable.isEmpty { SeparableRow.printTable(separable) }
      if !sums.isEmpty { SumRow.printTable(sums) }
    }
  }

  /// R of the chains to measure.
  private var selectedChannels: [Int] { channels.map { [$0] } ?? [1, 2] }

  /// Collective.
  private func measure(
    on communicator: some Communicator
  ) throws -> ([DirectRow], [SeparableRow]) {
    let drives = selectedChannels.map { $0 == 1 ? 0 : 0.5 }
    let (repeats, share, limits) = (options.repeats, share, limits)
    var direct: [DirectRow] = []
    var separable: [SeparableRow] = []
    if forces != .separable {
      let modes = modes ?? 1 << 14
      direct = try drives.map { drive in
        try DirectRow(
          modes: modes,
          drive: drive,
          repeats: repeats,
          share: share,
          limits: limits,
          on: communicator
        )
      }
    }
    if forces != .direct {
      for modes in modes.map({ [$0] }) ?? [1 << 13, 1 << 22] {
        separable += try drives.map { drive in
          try SeparableRow(
            modes: modes,
            drive: drive,
            repeats: repeats,
            share: share,
            limits: limits,
            on: communicator
          )
        }
      }
    }
    return (direct, separable)
  }
}
