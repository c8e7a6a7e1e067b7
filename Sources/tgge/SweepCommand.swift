import ArgumentParser
import Communication
import Foundation
import Kinetics
import MPICommunication
import Records
import Studies

/// The command `tgge sweep DECK`.
struct SweepCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Finds steady states while one or two keys of the deck vary.",
    discussion: """
      --vary KEY=FROM:TO:STEP counts integer steps and includes the end if it is within 1e-9 of a step; \
      --vary KEY=a,b,c takes the values of a list. Of two --vary the second one varies faster. Along \
      a line points begin where the last one ended, in chains of \(SweepPlan.longest) at most. A row appears as soon as \
      its point and those before it are done. A point that fails is reported and left out, the others go \
      on; then the exit status is 70.
      """
  )

  @OptionGroup var options: DeckOptions
  @OptionGroup var engines: EngineOptions
  @OptionGroup var checkpoints: LedgerOptions

  @Option(
    help: ArgumentHelp(
      "Varies a key of the deck: baths.drive=0:1:0.05, or lattice.modes=100,200; once or twice.",
      valueName: "key=values"
    )
  )
  var vary: [String] = []

  @Option(help: "Divides the ranks into groups that share the points out.")
  var groups = 1

  @Flag(
    help:
      "Measures an evaluation of the forces at the last point, too (key forceEvaluationSeconds)."
  )
  var timeForces = false

  /// The keys and values of `--vary`.
  private var variations: [DeckVariation] {
    get throws { try vary.map { try DeckVariation($0) } }
  }

  func validate() throws {
    do {
      let keys = try variations.map(\.key)
      guard (1...2).contains(keys.count) else {
        throw ValidationError("give one or two --vary, as in --vary baths.drive=0:1:0.05")
      }
      guard Set(keys).count == keys.count else {
        throw ValidationError("both --vary are of \(keys[0]); give each key once")
      }
    } catch let flaw as DeckVariation.Flaw {
      throw ValidationError(flaw.description)
    }
    guard groups > 0 else { throw ValidationError("--groups must be 1 or more") }
  }

  func run(on communicator: MPICommunicator) throws {
    guard groups <= communicator.size else {
      let ranks = communicator.size
      throw UsageError(
        "--groups \(groups): each group needs a rank; there \(ranks == 1 ? "is 1" : "are \(ranks)")"
      )
    }
    let start = ContinuousClock.now
    let decks = try SweepDecks(options, engines, try variations, on: communicator)
    var study = decks.study(groups: groups)
    // Which takes tables in any case.
    if timeForces { study.tabulatedModes = .max }
    let bytes = study.estimatedBytes(ranks: communicator.size)
    let most = decks.jobs.map { $0.bytesWithResults(bytes) }.max() ?? bytes
    try MemoryCheck.require(most, on: communicator) { UsageError("the largest point \($0)") }
    let canGoOn = checkpoints.file != nil
    var outputs = decks.jobs[0].outputs(canGoOn: canGoOn)
    for index in outputs.indices { outputs[index].bytes = decks.resultBytes(canGoOn: canGoOn) }
    try OutputFiles.check(
      outputs + SweepLedger.outputs(checkpoints, for: decks, groups: groups),
      replacingNone: decks.jobs[0].inputs,
      on: communicator
    )

    var keeper = try SweepLedger(checkpoints, for: decks, from: start, over: communicator)
    var results: SweepResults? = nil
    if let path = options.resultFile {
      let file = try SweepResults(path, decks, canGoOn: canGoOn, over: communicator)
      try keeper.keepPoints(with: "\(path): states of all modes") { point, result in
        try file.holds(point, result)
      }
      results = consume file
    }
    var reporter = SweepReporter(decks, options, results.take(), on: communicator)
    let refuse = { (reason: String) in
      UsageError("not found without tables of all modes, and with them it \(reason)")
    }
    let outcomes: [SweepOutcome]
    do {
      outcomes = try study.run(
        over: communicator,
        observer: &reporter,
        keeper: &keeper,
        // Where all tables are kept, the estimate has them.
        prepare: decks.mostModes > study.tabulatedModes
          ? MemoryCheck.later(on: communicator, refusal: refuse) : { _ in }
      )
    } catch {
      reporter.discard()
      guard let refusal = error as? TableRefusal, let point = refusal.point else { throw error }
      let kept = checkpoints.file.map { "; the points before are in \($0)" } ?? ""
      throw UsageError("\(decks.name(of: point)): \(refusal.cause)\(kept)")
    }
    try reporter.finish(outcomes, wallSeconds: (ContinuousClock.now - start) / .seconds(1))
    var report = SweepReport(
      decks,
      outcomes,
      groups: groups,
      ranks: communicator.size,
      wallSeconds: (ContinuousClock.now - start) / .seconds(1)
    )
    if timeForces, case .found? = outcomes.last, let setup = study.points.last?.setup {
      report.forceEvaluationSeconds = try ForceTiming.seconds(setup, on: communicator)
    }
    // What the first rank cannot write must not leave the others waiting.
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      try reporter.finish()
      try options.json ? report.printJSON() : report.printSummary()
    }
    // The ledger first: without the journal it would have all states found again.
    try keeper.remove(chains: SweepPlan(lines: study.lines).chains.count)
    try reporter.removeJournal()
    let failures = report.failures.count
    if failures > 0 {
      throw StudyFailure("\(failures) of \(outcomes.count) points failed")
    }
  }
}
