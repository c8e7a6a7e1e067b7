/// A mapping of the deck, whose keys are asked for one by one.
struct DeckSection {
  let path: String
  let entries: [DeckNode.Entry]
  let source: DeckSource

  /// Throws if there is a key that is not among those allowed.
  ///
  /// - Parameters:
  ///   - keys: The allowed keys, in the order in which an error lists them.
  ///   - others: Keys that are right elsewhere, and where.
  /// - Throws: `DeckError` at the first such key.
  func allow(_ keys: [String], others: [String: String] = [:]) throws(DeckError) {
    for entry in entries where !keys.contains(entry.key) {
      let key = joined(path, entry.key)
      if let place = others[entry.key] {
        throw source.error(at: key, "belongs to \(place); allowed here are \(listed(keys))")
      }
      let hint = nearest(to: entry.key, among: keys).map { "; did you mean \($0)?" } ?? ""
      throw source.error(at: key, "is an unknown key; allowed are \(listed(keys))\(hint)")
    }
  }

  /// An error about a key of this section, or about the section itself.
  func error(at key: String? = nil, _ message: String) -> DeckError {
    source.error(at: key.map { joined(path, $0) } ?? path, message)
  }

  /// The value of a key; nil if the deck leaves it to its default.
  func optional(_ key: String) -> DeckField? {
    guard let entry = entries.first(where: { $0.key == key }), !entry.node.isRemoved else {
      return nil
    }
    return DeckField(path: joined(path, key), node: entry.node, source: source)
  }

  /// The value of a key that the deck must have.
  func required(_ key: String, _ wanted: String) throws(DeckError) -> DeckField {
    guard let field = optional(key) else {
      throw error(at: key, "is missing; allowed is \(wanted)")
    }
    return field
  }

  /// The section under a key, without any keys if the deck leaves it out.
  func section(_ key: String, _ wanted: String) throws(DeckError) -> DeckSection {
    guard let field = optional(key) else {
      return DeckSection(path: joined(path, key), entries: [], source: source)
    }
    return try field.section(wanted)
  }

  func number(
    _ key: String,
    _ range: NumberRange,
    default standard: Double? = nil
  ) throws(DeckError) -> Double {
    if let standard, optional(key) == nil { return standard }
    return try required(key, "a number, \(range.description)").number(range)
  }
}
