import ArgumentParser
import Communication
import Kinetics
import MPICommunication
import Records
import Studies

/// The command `tgge spectrum DECK`.
struct SpectrumCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectrum",
    abstract: "Finds the steady state and how slowly it is reached: relaxation rates and the gap.",
    discussion: """
      Small deviations from the steady state are sums of e^−(re + i·im)t. Prints the slowest rates, as energies \
      (with ε) and divided by ε; the residual of each, recomputed over all modes; and where the slowest \
      state is. The conserved number of particles has no rate; modes without any rate are left out.
      """
  )

  @OptionGroup var options: DeckOptions
  @OptionGroup var engines: EngineOptions

  @Option(help: ArgumentHelp("How many of the slowest rates; 6 by default.", valueName: "n"))
  var count: Int?

  @Flag(help: "All rates, of at most 4096 modes; for any kernel.")
  var all = false

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be 1 or more") }
    if all, count != nil { throw ValidationError("--count and --all exclude each other") }
  }

  func run(on communicator: MPICommunicator) throws {
    let job = try DeckRun(options, engines, on: communicator)
    // More rates than modes there are not.
    let wanted = min(count ?? 6, job.setup.modes)
    var study = SpectrumStudy(job.setup, extent: all ? .all : .slowest(wanted))
    study.setup.initial = try job.initialState(
      needing: study.estimatedBytes(ranks: communicator.size),
      writing: job.outputs(),
      says: false
    )
    let result = try job.locating { try study.run(over: communicator) }
    let report = SpectrumReport(
      result,
      study,
      job.deck,
      ranks: communicator.size,
      wallSeconds: job.wallSeconds
    )
    if !options.quiet { note(result, on: communicator) }
    let results = SpectrumResults(report, job)
    if let path = options.resultFile { try results.write(to: path, over: communicator) }
    // What the first rank cannot write must not leave the others waiting.
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      if let path = options.table { try results.writeTable(to: path) }
      try options.json ? report.printJSON() : report.printTable()
    }
  }

  private func note(_ result: SpectrumResult, on communicator: some Communicator) {
    if let refusal = result.steady.compression?.refusal {
      Failure.write(refusal, on: communicator)
    }
    let spectrum = result.spectrum
    if spectrum.idleModes > 0 {
      Failure.write(
        "warning: modes without any rate never relax and are left out: \(spectrum.idleModes) of them",
        on: communicator
      )
    }
    if spectrum.conservedQuantities > 1 {
      Failure.write(
        "warning: the baths conserve more than the number of particles: "
          + "\(spectrum.conservedQuantities) rates are zero and left out",
        on: communicator
      )
    }
  }
}
