/// A deck with every key that has a value: as written, as overridden, or by default.
///
/// Its text is YAML again and gives the same deck; its entries are what two decks are compared by.
public struct ResolvedDeck: Sendable, Equatable {
  /// A key and its value as text.
  public struct Entry: Sendable, Equatable {
    /// A path such as `baths.drive` or `record.momenta[2]`; the first entry of a list is `[0]`.
    public let key: String

    /// The shortest text that reads back as the same value.
    public let value: String

    /// Creates an entry.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// All keys that have a value, in the order of the deck.
  public let entries: [Entry]

  /// The deck as YAML.
  public let text: String

  init(_ sections: [(key: String, value: ResolvedValue)]) {
    var entries: [Entry] = []
    var text = ""
    for (key, value) in sections {
      value.forEachLeaf(below: key) { entries.append(Entry(key: $0, value: $1)) }
      guard case .mapping(let inner) = value, !inner.isEmpty else { continue }
      text += "\(key):\n"
      for (name, content) in inner { text += "  \(name): \(content.flow)\n" }
    }
    self.entries = entries
    self.text = text
  }

  /// The first key whose value is not the same in two decks.
  ///
  /// - Parameters:
  ///   - former: The entries of one.
  ///   - entries: The entries of the other.
  /// - Returns: The key with both values, `nil` where there is none; `nil` if the decks agree.
  public static func firstChange(
    from former: [Entry],
    to entries: [Entry]
  ) -> (key: String, former: String?, present: String?)? {
    let old = Dictionary(former.map { ($0.key, $0.value) }) { first, _ in first }
    for entry in entries where old[entry.key] != entry.value {
      return (entry.key, old[entry.key], entry.value)
    }
    let keys = Set(entries.map(\.key))
    return former.first { !keys.contains($0.key) }.map { ($0.key, $0.value, nil) }
  }
}

/// A value of a resolved deck.
indirect enum ResolvedValue {
  /// A number or a word of the program's own.
  case plain(String)
  /// A word of the user's.
  case quoted(String)
  case list([ResolvedValue])
  case mapping([(key: String, value: ResolvedValue)])

  static func number(_ value: Double) -> ResolvedValue { .plain(value.description) }
  static func integer(_ value: Int) -> ResolvedValue { .plain(value.description) }
  static func integers(_ values: [Int]) -> ResolvedValue { .list(values.map(integer)) }
  static func numbers(_ values: [Double]) -> ResolvedValue { .list(values.map(number)) }
  static func complex(_ value: Deck.ComplexNumber) -> ResolvedValue {
    numbers([value.real, value.imaginary])
  }

  /// The value on one line of YAML.
  var flow: String {
    switch self {
    case .plain(let text): text
    case .quoted(let text): ResolvedValue.quote(text)
    case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.map { key, value in "\(ResolvedValue.key(key)): \(value.flow)" }
        .joined(separator: ", ") + "}"
    }
  }

  /// Calls `body` with the path and the text of every value that has none below it.
  func forEachLeaf(below path: String, _ body: (String, String) -> Void) {
    switch self {
    case .plain(let text), .quoted(let text): body(path, text)
    case .list(let items):
      for (index, item) in items.enumerated() {
        item.forEachLeaf(below: "\(path)[\(index)]", body)
      }
    case .mapping(let entries):
      for (key, value) in entries { value.forEachLeaf(below: joined(path, key), body) }
    }
  }

  /// A key: only those that name orbitals may need quotes.
  private static func key(_ text: String) -> String {
    text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D } ? text : quote(text)
  }

  private static func quote(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}
