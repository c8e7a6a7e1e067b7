import ArgumentParser
import Communication
import Lattice
import MPICommunication
import Records

/// The command `tgge bands DECK`.
struct BandsCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "bands",
    abstract: "Tabulates the bands: energies, velocities and orbital weights at all momenta.",
    discussion: """
      One row for each momentum and band: the energy ε_ν(k), the velocity ∂ε_ν/∂k in each direction, and the \
      weight |u_aν(k)|² of each orbital. The first rank computes them piece by piece, whatever the number of ranks, \
      but for --out bands.h5, which all ranks write; of the deck only the lattice matters.
      """
  )

  @OptionGroup var options: DeckOptions

  func run(on communicator: MPICommunicator) throws {
    let job = try DeckRun(options, records: false, on: communicator)
    // A table has about as many digits as λ has, and more columns.
    let outputs = job.outputs(states: 1, lambda: true)
    if options.resultFile != nil {
      let ranks = communicator.size
      try job.requireMemory(
        ModeValues.estimatedBytes(of: job.setup, withWeights: true, ranks: ranks)
      )
    }
    try OutputFiles.check(outputs, replacingNone: job.inputs, on: communicator)
    try job.locating {
      let table = BandsTable(hamiltonian: job.model.hamiltonian, grid: job.grid)
      // What the first rank cannot compute or write must not leave the others waiting.
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        try table.check()
        if let out = options.table {
          try table.writeFile(out, comment: "tgge \(Version.number) \(options.deck)")
        }
      }
      if let path = options.resultFile { try writeResults(path, job, on: communicator) }
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        if options.json {
          let head = BandsReport(table, job.deck, ranks: communicator.size)
          try table.printJSON(head, wallSeconds: { job.wallSeconds })
        } else {
          try table.printTable()
        }
      }
    }
  }

  /// Writes the file of results, each rank its modes.
  ///
  /// Collective.
  private func writeResults(
    _ path: String,
    _ job: DeckRun,
    on communicator: MPICommunicator
  ) throws {
    let file = try ResultFile.create(path, for: job, command: "bands", over: communicator)
    let partition = job.setup.partition(over: communicator)
    try file.writeModes(of: job.setup, partition: partition, withWeights: true)
    try file.setAttribute("wall_seconds", job.wallSeconds)
    try file.finish()
  }
}
