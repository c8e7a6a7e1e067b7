import ArgumentParser
import Communication
import Foundation
import MPICommunication
import Records
import Studies
import VectorMath

/// The command `tgge steady DECK`.
struct SteadyCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady",
    abstract: "Finds the steady state, its currents and their response to the drive.",
    discussion: """
      Keeps the filling of the initial state. Prints λ at the recorded momenta, the currents, dI/d(drive) \
      and dI/d(filling), and the largest residual of a mode, recomputed from λ alone; a state that is \
      not steady to 1e-12 is an error. --slope gives dI/d of any number of lattice, baths and initial, \
      from the exact Jacobian, one-sided where the number's range ends. A generalized Gibbs ensemble describes the state for ε → 0 and \
      t ≳ 1/ε; corrections of order 1/L of an exact finite system are left out.
      """
  )

  @OptionGroup var options: DeckOptions
  @OptionGroup var engines: EngineOptions

  @Option(
    name: .customLong("slope"),
    help: ArgumentHelp(
      "Also gives dI/d(KEY), as in --slope lattice.zeeman; repeatable. none leaves out all slopes.",
      valueName: "key"
    )
  )
  var slopes: [String] = []

  @OptionGroup var sharedMemory: SharedMemoryOptions

  var sharesMemory: Bool { sharedMemory.isWanted }

  func run(on communicator: MPICommunicator) throws {
    let bytes = try options.bytes(on: communicator)
    let deck = try DeckReader(fileName: options.deck, overrides: options.changes).read(bytes)
    let job = try DeckRun(options, engines, deck, on: communicator)
    let keys = try SlopeKeys(slopes, of: options, bytes)
    var study = SteadyStudy(job.setup)
    study.setup.forces.sharesMemory = sharesMemory
    study.setup.initial = try job.initialState(
      needing: keys.isEmpty
        ? study.estimatedBytes(ranks: communicator.size, keepsLambda: options.out != nil)
        : study.tabulatedBytes(ranks: communicator.size),
      sharing: study.sharedBytes,
      writing: job.outputs(states: 1, lambda: true)
    )
    var results: SteadyResults?
    if let path = options.resultFile {
      results = try SteadyResults(path, for: job, over: communicator)
    }
    let parameters = keys.parameters(initial: study.setup.initial, choice: engines.forces)
    var values: [String: [Double]?] = [:]
    let write = { (lambda: borrowing AlignedVector, partition: Partition) in
      try results?.append(lambda, partition: partition)
      try job.write(lambda, partition: partition, as: "the steady state")
    }
    var result: SteadyResult
    if parameters.isEmpty {
      result = try job.locating {
        try study.run(
          responses: !keys.isNone,
          over: communicator,
          finish: options.out == nil ? nil : write,
          prepare: { try job.requireMemory($0) }
        )
      }
    } else {
      var branch = SteadyBranch(over: communicator)
      result = try job.locating { try branch.solve(study.setup) }
      result.cancellationError = try branch.cancellationError()
      try branch.withLambda(write)
      for parameter in parameters {
        // The drive stands in the couplings, whose derivative is known.
        values[parameter.name] =
          parameter.name == "baths.drive" && result.engine == "separable"
          ? result.driveSlope : try job.locating { try branch.response(to: parameter) }
      }
    }
    try results.take()?.finish(result, wallSeconds: job.wallSeconds)
    let report = SteadyReport(
      result,
      study,
      job.deck,
      slopes: keys.isEmpty ? nil : values,
      ranks: communicator.size,
      wallSeconds: job.wallSeconds
    )
    if !options.quiet { note(result, study, on: communicator) }
    // What the first rank cannot write must not leave the others waiting.
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      try options.json ? report.printJSON() : report.printTable()
    }
  }

  private func note(
    _ result: SteadyResult,
    _ study: SteadyStudy,
    on communicator: some Communicator
  ) {
    if let refusal = result.compression?.refusal { Failure.write(refusal, on: communicator) }
    guard let first = result.certificate.firstIdleMode else { return }
    let bands = study.setup.bands
    let momentum = study.setup.grid.momentum(at: first / bands).map { "\($0)π" }
    Failure.write(
      "warning: modes without any rate keep their initial occupation: "
        + "\(result.certificate.idleModes) of them, the first at the momentum "
        + "(\(momentum.joined(separator: ", "))), band \(first % bands)",
      on: communicator
    )
  }
}
