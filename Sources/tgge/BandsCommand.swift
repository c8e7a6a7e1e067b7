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
      weight |u_aν(k)|² of each orbital. The first rank computes them piece by piece, whatever the number of ranks; \
      of the deck only the lattice matters.
      """
  )

  @OptionGroup var options: DeckOptions

  func run(on communicator: MPICommunicator) throws {
    let job = try DeckRun(options, on: communicator)
    if let out = options.out { try SharedFile.checkWritable(out, on: communicator) }
    // What the first rank cannot compute or write must not leave the others waiting.
    try job.locating {
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        let table = BandsTable(hamiltonian: job.model.hamiltonian, grid: job.grid)
        try table.check()
        if let out = options.out {
          try table.writeFile(out, comment: "tgge \(Version.number) \(options.deck)")
        }
        if options.json {
          let head = BandsReport(table, job.deck, ranks: communicator.size)
          try table.printJSON(head, wallSeconds: { job.wallSeconds })
        } else {
          try table.printTable()
        }
      }
    }
  }
}
