import ArgumentParser
import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import MPICommunication
import Records
import Studies
import VectorMath

/// The command `tgge evolve DECK`.
struct EvolveCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract: "Evolves the Lagrange parameters from the initial state.",
    discussion: """
      Prints λ at the recorded momenta, the current and the filling at each output time. A \
      generalized Gibbs ensemble describes the state for ε → 0 and t ≳ 1/ε; corrections of order \
      1/L of an exact finite system are left out.
      """
  )

  @OptionGroup var options: DeckOptions

  func run(on communicator: MPICommunicator) throws {
    let start = ContinuousClock.now
    let deck = try options.load(on: communicator)
    let grid = try ModelBuilder.grid(deck)
    let model = try ModelBuilder.model(deck)
    let partition = Partition(
      momenta: grid.count,
      bands: deck.lattice.orbitals.count,
      over: communicator
    )
    var study = EvolveStudy(
      model: model,
      grid: grid,
      initial: .uniform(filling: 0.5),
      outputTimes: deck.time.outputTimes,
      control: StepControl(
        relativeTolerance: deck.time.relativeTolerance,
        absoluteTolerance: deck.time.absoluteTolerance
      ),
      recordedModes: try ModelBuilder.recordedModes(deck, grid: grid),
      forces: ForceOptions(
        choice: options.forces,
        compression: deck.forces.compression,
        verify: options.verifyForces
      )
    )
    try MemoryCheck.require(
      study.estimatedBytes(ranks: communicator.size),
      on: communicator
    ) { deck.error(at: "lattice.modes", $0) }
    if let out = options.out { try SharedFile.checkWritable(out, on: communicator) }
    study.initial = try ModelBuilder.initial(
      deck,
      grid: grid,
      partition: partition,
      on: communicator
    )

    var observer = EvolveReporter(options, study, communicator)
    let result = try Result { try study.run(over: communicator, observer: &observer) }
      .mapError { ModelBuilder.located($0, in: deck) }.get()
    observer.progress.clear()
    guard communicator.rank == 0 else { return }
    let report = EvolveReport(
      result,
      study,
      deck,
      ranks: communicator.size,
      wallSeconds: (ContinuousClock.now - start) / .seconds(1)
    )
    try options.json ? report.printJSON() : report.printTable()
  }
}

extension Deck.Time {
  /// The output times: equally spaced, 0 and the end included.
  var outputTimes: [Double] {
    (0..<outputs).map { $0 == outputs - 1 ? end : end * Double($0) / Double(outputs - 1) }
  }
}

/// Shows progress, and writes the final λ.
private struct EvolveReporter: EvolveObserver {
  var progress: ProgressLine
  private let options: DeckOptions
  private let study: EvolveStudy
  private let communicator: MPICommunicator

  init(_ options: DeckOptions, _ study: EvolveStudy, _ communicator: MPICommunicator) {
    self.options = options
    self.study = study
    self.communicator = communicator
    progress = ProgressLine(on: communicator, quiet: options.quiet)
  }

  mutating func didCompress(_ report: CompressionReport) {
    progress.note(
      report.refusal
        ?? "compressed kernel: rank \(report.rank), largest error of a gain or loss "
        + String(format: "%.1e", report.error)
    )
  }

  mutating func didVerify(deviation: Double) {
    progress.note("both engines agree to \(String(format: "%.1e", deviation))")
  }

  mutating func willStart(pairSeconds: Double, partition: Partition) {
    let pairs = Double(partition.modes) * Double(partition.owned.count)
    progress.note(
      "direct forces: \(String(format: "%.3g", pairs)) pairs on the first rank, about "
        + "\(ProgressLine.duration(pairs * pairSeconds)) for each of six evaluations in a step"
    )
  }

  mutating func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics) {
    progress.show(time: time, end: end, statistics)
  }

  func didReach(_ output: EvolveOutput) {}

  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) throws {
    guard let out = options.out else { return }
    progress.clear()
    try LambdaFile.write(
      lambda,
      to: out,
      grid: study.grid,
      partition: partition,
      comment: "tgge \(Version.number) evolve \(options.deck); momentum in units of π, "
        + "band 0 is the highest, λ at t = \(study.outputTimes.last ?? 0)",
      over: communicator
    )
  }
}
