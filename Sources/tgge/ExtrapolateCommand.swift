import ArgumentParser
import Communication
import Foundation
import MPICommunication
import Records
import Studies

/// The command `tgge extrapolate DECK`.
struct ExtrapolateCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "extrapolate",
    abstract: "Takes the steady currents to infinite L, with an error estimate.",
    discussion: """
      Currents of finite lattices approach their limit as e^{−κL}, with oscillations and with different signs \
      for even L (periodic momenta) and odd L (antiperiodic). Each size is therefore solved at N boundary \
      phases 2πj/N on top of the deck's (--twists), each with a steady state of its own. How the currents \
      vary with the phase shows κ and the error of a size; their average over the phases is the trapezoid sum \
      over N·L momenta, with the moments of each phase separately, and lacks only e^{−2κL}. The limit is \
      that average at the largest size, the error estimate three times the second harmonic of the variation. \
      Where two sizes do not show e^{−κL} < e^{−4}, there is no limit, but an error (exit status 70) \
      that says which L is needed. Where bands touch, the approach may be algebraic, and is refused, too.
      """
  )

  @OptionGroup var options: DeckOptions
  @OptionGroup var engines: EngineOptions

  @Flag(help: "Chooses sizes: they grow until the error is below --tolerance.")
  var auto = false

  @Option(help: "The error wanted, relative to a bound of the velocities (key scale).")
  var tolerance = 1e-10

  @Option(help: "Boundary phases in each direction and for each size, 5 to 64.")
  var twists = 5

  @Option(
    help: "With --auto: the largest L; by default 5·10^6 momenta in all twists, 10^4 for pair sums."
  )
  var largest: Int?

  /// The sizes of `--modes`, as in 16,24,32; in more dimensions of the smallest extent.
  private var lengths: [Int] {
    get throws {
      guard let modes = options.modes else { return [] }
      return try modes.split(separator: ",", omittingEmptySubsequences: false).map { word in
        let word = word.trimmingCharacters(in: .whitespaces)
        guard let length = ExtrapolateCommand.integer(word), length >= 4 else {
          throw ValidationError(
            "--modes \(modes): allowed are sizes of 4 or more, as in 16,24,32 or 1e2,2e2"
          )
        }
        return length
      }
    }
  }

  /// An integer, which may be written as 1e3, as it may in a deck; up to 2^53 each is a `Double`.
  private static func integer(_ word: String) -> Int? {
    if let value = Int(word) { return value }
    guard word.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(word),
      abs(value) <= 0x1p53
    else { return nil }
    return Int(exactly: value)
  }

  func validate() throws {
    let count = Set(try lengths).count
    if auto, count > 0 { throw ValidationError("--modes and --auto exclude each other") }
    if !auto, count < 2 {
      throw ValidationError("give two sizes or more, as in --modes 16,24,32,48,64, or --auto")
    }
    guard tolerance >= 1e-14, tolerance < 1 else {
      throw ValidationError("--tolerance must be between 1e-14 and 1")
    }
    guard (5...64).contains(twists) else {
      throw ValidationError("--twists must be between 5 and 64")
    }
    guard auto || largest == nil, (4...1 << 40).contains(largest ?? 4) else {
      throw ValidationError("--largest belongs to --auto and must be 4 or more")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    var options = options
    options.modes = nil
    let job = try DeckRun(options, engines, on: communicator)
    if case .file = job.deck.initial {
      throw job.deck.error(
        at: "initial.file",
        "holds λ of one size; use initial.filling or thermal"
      )
    }
    var study = ExtrapolateStudy(
      job.setup,
      sizes: auto ? .automatic(largest: largest ?? defaultLargest(job)) : .list(try lengths),
      twists: twists,
      tolerance: tolerance
    )
    // What the sizes will need is checked one by one.
    study.setup.initial = try job.initialState(needing: 0, writing: job.outputs())
    if case .list(let lengths) = study.sizes, let longest = lengths.max() {
      try require(memoryOf: study.study(longest), on: communicator)
    }
    var reporter = ExtrapolateReporter(job, on: communicator)
    let result = try job.locating { try study.run(over: communicator, observer: &reporter) }
    reporter.progress.clear()
    let report = ExtrapolateReport(result, study, job, ranks: communicator.size)
    if !options.quiet, result.error > max(tolerance * result.scale, 1e-14 * result.scale) {
      Failure.write(
        "the error is above the tolerance; about L = \(result.lengthForTolerance) brings it below",
        on: communicator
      )
    }
    if let path = options.resultFile {
      try ExtrapolateResults(result, study, job).write(to: path, over: communicator)
    }
    // What the first rank cannot write must not leave the others waiting.
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      if let out = options.table { try report.write(to: out, of: options.deck) }
      try options.json ? report.printJSON() : report.printTable()
    }
  }

  /// What takes seconds, on chains.
  private func defaultLargest(_ job: DeckRun) -> Int {
    let dimension = job.grid.dimension
    let momenta = job.setup.mayUseMoments ? 5e6 : 1e4
    let states = pow(Double(twists), Double(dimension))
    return max(4, Int(pow(momenta / states, 1 / Double(dimension)).rounded()))
  }
}

/// Refuses a size for which there is no memory.
///
/// Collective.
private func require(
  memoryOf study: SteadyStudy,
  on communicator: MPICommunicator
) throws {
  let bytes = study.estimatedBytes(ranks: communicator.size, keepsLambda: false)
  try MemoryCheck.require(bytes, on: communicator) { reason in
    UsageError("L = \(study.setup.grid.extents.min() ?? 0): \(reason)")
  }
}

/// Shows which size is done.
private struct ExtrapolateReporter: ExtrapolateObserver {
  var progress: ProgressLine
  private let communicator: MPICommunicator

  init(_ job: DeckRun, on communicator: MPICommunicator) {
    self.communicator = communicator
    progress = ProgressLine(on: communicator, quiet: job.options.quiet)
  }

  mutating func willSolve(_ study: SteadyStudy) throws {
    try require(memoryOf: study, on: communicator)
  }

  mutating func didSolve(_ point: SizePoint) {
    let current = Components(point.average.current).text
    progress.show(
      "L = \(point.extents.map(\.description).joined(separator: "×")): current \(current), varies with the "
        + "boundary by \(String(format: "%.1e", point.variation))"
    )
  }
}
