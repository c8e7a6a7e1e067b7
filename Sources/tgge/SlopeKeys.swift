import Kinetics
import Records
import Studies

/// The keys of `--slope`, and the setups that a deck gives with other numbers there.
struct SlopeKeys {
  /// Whether no slopes at all are wanted, not even those that cost little.
  let isNone: Bool

  private let options: DeckOptions
  private let bytes: [UInt8]
  private let values: [(key: String, value: Double)]

  /// Whether no keys were given.
  var isEmpty: Bool { values.isEmpty }

  /// Looks up the numbers.
  ///
  /// - Parameters:
  ///   - keys: What the user gave, of `lattice`, `baths` or `initial`; or `none` alone.
  ///   - options: The deck and its changes.
  ///   - bytes: The content of the deck.
  /// - Throws: `UsageError` or `DeckError` if a key holds no number.
  init(_ keys: [String], of options: DeckOptions, _ bytes: [UInt8]) throws {
    isNone = keys.contains("none")
    guard !isNone || keys.count == 1 else {
      throw UsageError("--slope none stands alone")
    }
    self.options = options
    self.bytes = bytes
    let reader = DeckReader(fileName: options.deck, overrides: options.changes)
    var values: [(key: String, value: Double)] = []
    for key in isNone ? [] : keys where !values.contains(where: { $0.key == key }) {
      guard ["lattice", "baths", "initial"].contains(where: { key.hasPrefix($0 + ".") }) else {
        throw UsageError(
          "--slope \(key): allowed are numbers of lattice, baths and initial, such as baths.drive"
        )
      }
      values.append((key, try reader.number(at: key, in: bytes)))
    }
    self.values = values
  }

  /// The parameters of a steady state.
  ///
  /// - Parameters:
  ///   - initial: The initial state, if it came from a file.
  ///   - choice: How forces are computed.
  /// - Returns: One for each key.
  func parameters(initial: InitialState, choice: ForceChoice) -> [SetupParameter] {
    values.map { key, value in
      SetupParameter(name: key, value: value) { number in
        let change = DeckOverride("\(key)=\(number)", shownAs: "--slope \(key)")
        let reader = DeckReader(
          fileName: options.deck,
          overrides: options.changes + [change]
        )
        let deck = try reader.read(bytes)
        var setup = StudySetup(
          model: try ModelBuilder.model(deck),
          grid: try ModelBuilder.grid(deck),
          initial: ModelBuilder.uniformOrThermal(deck) ?? initial
        )
        setup.forces.choice = choice
        setup.forces.compression = deck.forces.compression
        return setup
      }
    }
  }
}
