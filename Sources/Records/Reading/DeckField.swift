/// A value of the deck with its path: what it should be is asked for, and errors name the key.
struct DeckField {
  let path: String
  let node: DeckNode
  let source: DeckSource

  func error(_ message: String) -> DeckError {
    source.error(at: path, message)
  }

  private func wrongType(_ wanted: String) -> DeckError {
    error("is \(node.description); allowed is \(wanted)")
  }

  // MARK: - Scalars

  func text(_ wanted: String) throws(DeckError) -> String {
    guard case .scalar(let text, _) = node.content, !node.isNull, !text.isEmpty else {
      throw wrongType(wanted)
    }
    return text
  }

  /// Whether the value is a word that stands for a special case.
  func isWord(_ word: String) -> Bool {
    if case .scalar(word, _) = node.content { true } else { false }
  }

  func choice(_ choices: [String]) throws(DeckError) -> String {
    let word = try text("one of \(listed(choices))")
    guard choices.contains(word) else {
      let hint = nearest(to: word, among: choices).map { "; did you mean \($0)?" } ?? ""
      throw error("\"\(clipped(word))\" is unknown; allowed are \(listed(choices))\(hint)")
    }
    return word
  }

  func number(_ range: NumberRange) throws(DeckError) -> Double {
    let wanted = "a number, \(range.description)"
    guard case .scalar(let text, quoted: false) = node.content, !node.isNull else {
      throw wrongType(wanted)
    }
    switch WrittenNumber(text) {
    case .finite(let value) where range.contains(value):
      return value
    case .finite:
      throw error("\(clipped(text)) is out of range; allowed is \(range.description)")
    case .notFinite:
      throw error("\(clipped(text)) is not finite; allowed is \(wanted)")
    case .notANumber:
      throw wrongType(wanted)
    }
  }

  func integer(_ range: ClosedRange<Int>) throws(DeckError) -> Int {
    let wanted =
      range.upperBound == .max
      ? "\(range.lowerBound) or above" : "\(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let text, quoted: false) = node.content, !node.isNull else {
      throw wrongType("an integer, \(wanted)")
    }
    let value = try integer(from: text, wanted)
    guard range.contains(value) else {
      throw error("\(clipped(text)) is out of range; allowed is \(wanted)")
    }
    return value
  }

  /// An integer, which may be written as 1e3 or 2.0.
  private func integer(from text: String, _ wanted: String) throws(DeckError) -> Int {
    if let value = Int(text) { return value }
    switch WrittenNumber(text) {
    case .finite(let value) where value == value.rounded():
      // Up to 2^53 every integer is a Double.
      let most = wanted.hasSuffix("above") ? ", below 2^53" : ""
      guard abs(value) <= 0x1p53 else {
        throw error("\(clipped(text)) is out of range; allowed is \(wanted)\(most)")
      }
      return Int(value)
    case .finite:
      throw error("\(clipped(text)) is not an integer; allowed is an integer, \(wanted)")
    case .notFinite:
      throw error("\(clipped(text)) is not finite; allowed is an integer, \(wanted)")
    case .notANumber:
      throw wrongType("an integer, \(wanted)")
    }
  }

  func complex() throws(DeckError) -> Deck.ComplexNumber {
    let wanted = "a number, or [re, im]"
    switch node.content {
    case .list(let parts):
      guard parts.count == 2 else { throw wrongType(wanted) }
      let items = try list(wanted)
      return Deck.ComplexNumber(
        real: try items[0].number(.finite),
        imaginary: try items[1].number(.finite)
      )
    case .scalar:
      return Deck.ComplexNumber(real: try number(.finite), imaginary: 0)
    case .mapping:
      throw wrongType(wanted)
    }
  }

  // MARK: - Lists and sections

  var isList: Bool {
    if case .list = node.content { true } else { false }
  }

  /// The entries of a list, each with its own path.
  func list(_ wanted: String) throws(DeckError) -> [DeckField] {
    guard case .list(let items) = node.content else { throw wrongType(wanted) }
    return items.enumerated().map { index, item in
      DeckField(path: "\(path)[\(index)]", node: item, source: source)
    }
  }

  /// The entries of a list that must have one at least.
  func filledList(_ wanted: String) throws(DeckError) -> [DeckField] {
    let items = try list(wanted)
    guard !items.isEmpty else { throw error("is an empty list; allowed is \(wanted)") }
    return items
  }

  /// One value for each direction of the lattice; in one dimension also without brackets.
  func vector<Component>(
    _ dimension: Int,
    _ wanted: String,
    _ component: (DeckField) throws(DeckError) -> Component
  ) throws(DeckError) -> [Component] {
    if dimension == 1, case .scalar = node.content { return [try component(self)] }
    let items = try list(dimension == 1 ? wanted : "\(dimension) of them in brackets: \(wanted)")
    guard items.count == dimension else {
      throw error(
        "has \(items.count) where the lattice has \(dimension) "
          + "\(dimension == 1 ? "direction" : "directions"); allowed is one for each"
      )
    }
    var components: [Component] = []
    for item in items { components.append(try component(item)) }
    return components
  }

  func section(_ wanted: String) throws(DeckError) -> DeckSection {
    guard case .mapping(let entries) = node.content else { throw wrongType(wanted) }
    return DeckSection(path: path, entries: entries, source: source)
  }
}
