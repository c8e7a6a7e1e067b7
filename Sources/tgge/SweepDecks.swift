import Communication
import Kinetics
import MPICommunication
import Records
import Studies

/// The decks of a sweep, all of them read and checked before any work.
struct SweepDecks {
  /// The keys that vary, the one that varies faster last.
  let variations: [DeckVariation]

  /// The deck of each point, with the model made from it.
  let jobs: [DeckRun]

  /// What each point begins with.
  let setups: [StudySetup]

  /// Reads the decks.
  ///
  /// Collective.
  ///
  /// - Throws: `DeckError` or `UsageError`, alike on all ranks.
  init(
    _ options: DeckOptions,
    _ engines: EngineOptions,
    _ variations: [DeckVariation],
    on communicator: MPICommunicator
  ) throws {
    self.variations = variations
    let count = variations.reduce(1) { $0 * $1.values.count }
    guard count <= DeckVariation.limit else {
      throw UsageError("--vary: \(count) points in all; allowed are \(DeckVariation.limit)")
    }
    let bytes = try options.bytes(on: communicator)
    var jobs: [DeckRun] = []
    var setups: [StudySetup] = []
    let changes = (0..<count).map { point in
      zip(variations, SweepDecks.indices(of: point, variations)).map { $0.override($1) }
    }
    let reader = DeckReader(fileName: options.deck, overrides: options.changes)
    for (point, deck) in try reader.read(bytes, varying: changes).enumerated() {
      let job: DeckRun
      do {
        job = try DeckRun(options, engines, deck, on: communicator)
      } catch let error as DeckError {
        // Other keys may be wrong at a point only.
        guard !"\(error)".contains("--vary ") else { throw error }
        throw UsageError("\(error) (at \(SweepDecks.name(of: point, variations)))")
      }
      if case .file = job.deck.initial {
        throw job.deck.error(
          at: "initial.file",
          "holds λ of one deck; use initial.filling or thermal"
        )
      }
      var setup = job.setup
      setup.initial = try job.initialState()
      // Rows have the same columns.
      if let first = setups.first,
        setup.grid.dimension != first.grid.dimension || setup.bands != first.bands
          || setup.recordedModes.count != first.recordedModes.count
      {
        throw UsageError(
          "--vary: points must have as many directions, orbitals and recorded momenta as the first"
        )
      }
      jobs.append(job)
      setups.append(setup)
    }
    self.jobs = jobs
    self.setups = setups
  }

  /// Which value each key has at a point.
  func indices(of point: Int) -> [Int] { SweepDecks.indices(of: point, variations) }

  private static func indices(of point: Int, _ variations: [DeckVariation]) -> [Int] {
    var rest = point
    let reversed = variations.reversed().map { variation in
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: variation.values.count)
      rest = quotient
      return remainder
    }
    return reversed.reversed()
  }

  /// The values at a point as they are written.
  func texts(of point: Int) -> [String] {
    zip(variations, indices(of: point)).map { $0.values[$1] }
  }

  /// The keys and values at a point, as a user would write them.
  func name(of point: Int) -> String { SweepDecks.name(of: point, variations) }

  private static func name(of point: Int, _ variations: [DeckVariation]) -> String {
    zip(variations, indices(of: point, variations)).map { "\($0.key)=\($0.values[$1])" }
      .joined(separator: " ")
  }

  /// The values at a point that are numbers.
  func numbers(of point: Int) -> [Double?] {
    zip(variations, indices(of: point)).map { $0.number($1) }
  }

  /// The sweep along the last key.
  func study(groups: Int) -> SweepStudy {
    let length = variations[variations.count - 1].values.count
    return SweepStudy(
      setups.enumerated().map { SweepStudy.Point($1, at: numbers(of: $0).last ?? nil) },
      lines: Array(repeating: length, count: setups.count / length),
      groups: groups
    )
  }

  /// M of the largest point.
  var mostModes: Int { setups.map(\.modes).max() ?? 0 }

  /// About what a file of results takes: λ and n at each point, and what is known of the modes.
  ///
  /// - Parameter canGoOn: Whether λ is kept in a journal until the file is written.
  /// - Returns: Bytes; 0 without such a file.
  func resultBytes(canGoOn: Bool) -> Double {
    guard jobs[0].options.resultFile != nil else { return 0 }
    let (points, setup) = (setups.count, setups[0])
    let states = (canGoOn ? 3 : 2) * points
    let isOne = setups.allSatisfy {
      $0.grid == setup.grid && $0.model.hamiltonian == setup.model.hamiltonian
    }
    let modes = (isOne ? 1 : points) * (2 + setup.grid.dimension * (2 + setup.bands))
    return 8 * Double(mostModes) * Double(states + modes)
  }
}
