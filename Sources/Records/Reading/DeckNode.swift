/// A value of the deck before it is known what it should be: text, a list or a mapping.
struct DeckNode: Sendable {
  /// A key of a mapping and its value, whose origin is that of the key.
  struct Entry: Sendable {
    let key: String
    var node: DeckNode
  }

  enum Content: Sendable {
    case scalar(String, quoted: Bool)
    case list([DeckNode])
    case mapping([Entry])
  }

  var content: Content
  var origin: DeckOrigin

  /// Whether the value is `null`, `~` or nothing at all.
  var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// Whether an override took the key out of the deck, as `--set baths.nonequilibrium=null` does.
  var isRemoved: Bool {
    guard case .override = origin, case .scalar(let text, _) = content else { return false }
    return isNull && !text.isEmpty
  }

  /// What the value is, in words for an error.
  var description: String {
    switch content {
    case _ where isNull: "nothing"
    case .scalar(let text, quoted: true): "the text \"\(clipped(text))\""
    case .scalar(let text, quoted: false): "\"\(clipped(text))\""
    case .list(let items): items.count == 1 ? "a list of 1" : "a list of \(items.count)"
    case .mapping: "a mapping of keys"
    }
  }

  /// Calls `body` with the path and the origin of every key and list entry below this node.
  func forEachKey(below path: String = "", _ body: (String, DeckOrigin) -> Void) {
    switch content {
    case .scalar:
      break
    case .list(let items):
      for (index, item) in items.enumerated() {
        body("\(path)[\(index)]", item.origin)
        item.forEachKey(below: "\(path)[\(index)]", body)
      }
    case .mapping(let entries):
      for entry in entries {
        let inner = joined(path, entry.key)
        body(inner, entry.node.origin)
        entry.node.forEachKey(below: inner, body)
      }
    }
  }
}

/// The path of a key inside the section `path`.
func joined(_ path: String, _ key: String) -> String {
  path.isEmpty ? key : "\(path).\(key)"
}
