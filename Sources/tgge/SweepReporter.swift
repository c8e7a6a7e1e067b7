import Communication
@preconcurrency import Foundation
import MPICommunication
import Records
import Studies
import VectorMath

/// Writes the rows of a sweep as its points finish: a table to standard output, and a CSV file; λ and n of their states
/// go into the file of results.
struct SweepReporter: SweepObserver, ~Copyable {
  /// The file of results, if there is one.
  private var results: SweepResults?
  private let decks: SweepDecks
  private let options: DeckOptions
  private let communicator: MPICommunicator
  private var progress: ProgressLine
  private let columns: [Column]
  private let table: ColumnTable
  private var file: PartialFile?
  private var isFirst = true
  private var idlePoints = 0

  /// A column of both tables: what it holds, and whether people see it.
  private struct Column {
    let title: String
    let unit: String
    var isShown = true
    var isSmall = false
    let value: (SteadyResult) -> Double?
  }

  init(
    _ decks: SweepDecks,
    _ options: DeckOptions,
    _ results: consuming SweepResults?,
    on communicator: MPICommunicator
  ) {
    self.results = results
    self.decks = decks
    self.options = options
    self.communicator = communicator
    progress = ProgressLine(on: communicator, quiet: options.quiet)
    columns = SweepReporter.columns(decks)
    table = ColumnTable(
      decks.variations.map { ColumnTable.Column($0.key) }
        + columns.map { ColumnTable.Column($0.title, unit: $0.unit) },
      comment: "tgge \(Version.number) \(options.deck): steady states; momenta in units of π, "
        + "band 0 is the highest"
    )
    if communicator.rank == 0, let out = options.table {
      file = PartialFile(for: out)
      file?.append(table.header)
    }
  }

  mutating func didFind(
    _ point: Int,
    _ lambda: borrowing AlignedVector,
    owned: Range<Int>
  ) throws {
    try results?.write(point, lambda, owned: owned)
  }

  mutating func didFinish(_ point: Int, _ outcome: SweepOutcome) {
    guard communicator.rank == 0 else { return }
    let texts = decks.texts(of: point)
    progress.clear()
    switch outcome {
    case .failed(let cause):
      Failure.write("tgge: \(decks.name(of: point)): \(cause)", on: communicator)
    case .found(let result):
      if result.certificate.idleModes > 0 { idlePoints += 1 }
      if !options.json { printRow(texts, result) }
      let row = table.row(decks.numbers(of: point) + columns.map { $0.value(result) })
      file?.append(row)
      file?.flush()
    }
    let count = decks.setups.count
    if options.json { progress.show("\(point + 1) of \(count) points") }
  }

  /// Completes the file of results.
  ///
  /// Collective.
  mutating func finish(_ outcomes: [SweepOutcome], wallSeconds: Double) throws {
    try results?.finish(outcomes, wallSeconds: wallSeconds)
  }

  /// Removes what a sweep that goes on would have needed.
  ///
  /// Collective.
  func removeJournal() throws { try results?.removeJournal() }

  /// Completes the CSV file.
  mutating func finish() throws {
    progress.clear()
    if idlePoints > 0 {
      progress.note(
        "warning: at \(idlePoints) of the points modes without any rate keep their initial occupation"
      )
    }
    try file?.finish()
  }

  /// Gives the CSV file up, since the sweep ends before its time.
  mutating func discard() {
    progress.clear()
    file?.discard()
    file = nil
  }

  private mutating func printRow(_ texts: [String], _ result: SteadyResult) {
    let shown = columns.filter(\.isShown)
    if isFirst {
      let titles = decks.variations.map(\.key) + shown.map(\.title)
      print(titles.map { SweepReporter.padded($0) }.joined(separator: "  "))
      isFirst = false
    }
    let values = shown.map { column in
      column.value(result).map { column.isSmall ? String(format: "%.1e", $0) : digits($0) }
    }
    let cells = texts + values.map { $0 ?? "-" }
    let widths = decks.variations.map(\.key.count) + shown.map(\.title.count)
    let row = zip(cells, widths).map { SweepReporter.padded($0, to: $1) }
    print(row.joined(separator: "  "))
    fflush(stdout)
  }

  private static func padded(_ text: String, to width: Int = 0) -> String {
    String(repeating: " ", count: max(0, max(16, width) - text.count)) + text
  }

  private static func columns(_ decks: SweepDecks) -> [Column] {
    let setup = decks.setups[0]
    let orbitals = setup.model.hamiltonian.orbitals
    let directions = setup.grid.dimension
    func name(_ stem: String, _ direction: Int) -> String {
      ColumnTable.names(stem, directions)[direction]
    }
    var columns: [Column] = []
    for direction in 0..<directions {
      columns.append(
        Column(title: name("current", direction), unit: "energy") {
          $0.observables.current[direction]
        }
      )
      for (index, orbital) in orbitals.enumerated() where orbitals.count > 1 {
        columns.append(
          Column(title: name("current_\(orbital)", direction), unit: "energy") {
            $0.observables.orbitalCurrents[direction * orbitals.count + index]
          }
        )
      }
    }
    columns.append(Column(title: "filling", unit: "1") { $0.observables.filling })
    for direction in 0..<directions {
      columns.append(
        Column(title: name("slope", direction), unit: "energy") { $0.driveSlope?[direction] }
      )
      columns.append(
        Column(title: name("filling_slope", direction), unit: "energy", isShown: false) {
          $0.fillingSlope?[direction]
        }
      )
    }
    columns.append(Column(title: "residual", unit: "1", isSmall: true) { $0.certificate.residual })
    for (index, mode) in setup.recordedModes.enumerated() {
      let (momentum, band) = mode.quotientAndRemainder(dividingBy: setup.bands)
      let place = setup.grid.momentum(at: momentum).map(\.description).joined(separator: ";")
      let suffix = setup.bands > 1 ? "|\(band)" : ""
      columns.append(
        Column(title: "lambda(\(place)\(suffix))", unit: "1", isShown: false) {
          $0.lambda.indices.contains(index) ? $0.lambda[index] : nil
        }
      )
    }
    return columns
  }
}
