import Records
import Testing

/// Decks for the tests, and ways to read them.
enum Sample {
  static let chain = """
    lattice:
      model: tight-binding
      modes: 100
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium: {kind: raman, delta: [1, 1], delta-prime: 0.5}
    """

  static let custom = """
    lattice:
      model: custom
      modes: [64, 48]
      orbitals: [up, down]
      hoppings:
        - {from: up, to: down, by: [1, 0], amplitude: [0.9, 0.1]}
        - {from: up, to: up, by: [0, 0], amplitude: 0.3}
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium:
        kind: jumps
        operators:
          - rate: 1.5
            terms:
              - {amplitude: [1, 0], create: {orbital: up, cell: [1, 0]}, annihilate: {orbital: down, cell: [0, 0]}}
    """

  static func read(_ text: String, set: [String] = []) throws -> Deck {
    try reader(set).read(Array(text.utf8))
  }

  /// The error of a deck that must be refused.
  static func error(_ text: String, set: [String] = []) -> DeckError? {
    error(bytes: Array(text.utf8), set: set)
  }

  static func error(bytes: [UInt8], set: [String] = []) -> DeckError? {
    do {
      _ = try reader(set).read(bytes)
      return nil
    } catch {
      return error
    }
  }

  private static func reader(_ set: [String]) -> DeckReader {
    DeckReader(fileName: "deck.yaml", overrides: set.map { DeckOverride($0) })
  }
}

/// A deck made bad by replacing one piece of text, and the error that it must give.
struct BadDeck: CustomTestStringConvertible, Sendable {
  let deck: String
  let key: String
  let line: Int?
  let saying: String
  let testDescription: String

  init(
    _ old: String,
    _ new: String,
    in deck: String = Sample.chain,
    _ key: String,
    _ line: Int?,
    _ saying: String
  ) {
    let pieces = deck.components(separatedBy: old)
    self.deck = pieces.joined(separator: new)
    self.key = key
    self.line = line
    self.saying = saying
    testDescription = pieces.count == 2 ? new : "\"\(old)\" is not in the deck once"
  }

  func check() {
    guard let error = Sample.error(deck) else {
      Issue.record("the deck was accepted")
      return
    }
    #expect(error.key == key)
    #expect(error.line == line)
    #expect(error.message.contains(saying), "\(error)")
    expectOneLine(error)
  }
}

extension String {
  /// The pieces between occurrences of `separator`.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}

/// The description is one printable line of bearable length.
func expectOneLine(_ error: some Error & CustomStringConvertible) {
  let text = error.description
  let isClean = text.unicodeScalars.allSatisfy {
    $0.value >= 0x20 && !$0.properties.isWhitespace || $0 == " "
  }
  #expect(isClean, "\(text)")
  #expect(text.count < 500)
}
