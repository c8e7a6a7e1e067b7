/// One `--set key=value`: a value for a key of the deck, read after the file.
///
/// The key is a path such as `time.end` or `baths.nonequilibrium[1].weight` (the first entry of a
/// list is `[0]`); sections on the way to it are created. The value is YAML, so that
/// `--set lattice.modes=[64,48]` works; `null` takes a key out of the deck.
public struct DeckOverride: Sendable, Equatable {
  /// The text `key=value`.
  public let assignment: String

  /// What the user wrote, for errors: `--set key=value` unless another option stands for it.
  public let shown: String

  /// An override by `--set`, or by an option that abbreviates it.
  ///
  /// - Parameters:
  ///   - assignment: `key=value`; it is checked when a deck is read with it.
  ///   - shown: What errors show in place of `--set key=value`, such as `--modes 100`.
  public init(_ assignment: String, shownAs shown: String? = nil) {
    self.assignment = assignment
    self.shown = shown ?? "--set \(assignment)"
  }

  /// Puts the value where the key points to.
  func apply(to root: inout DeckNode, fileName: String) throws(DeckError) {
    do {
      try apply(to: &root)
    } catch {
      throw DeckError(
        fileName: fileName,
        key: error.key,
        override: shown,
        message: error.message
      )
    }
  }

  private func apply(to root: inout DeckNode) throws(YAMLText.Flaw) {
    let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw error("", "has no '='; allowed is key=value, such as time.end=10")
    }
    let key = trimmed(parts[0])
    guard let steps = DeckPath.steps(of: key) else {
      throw error(
        key,
        key.isEmpty
          ? "the key before '=' is empty; allowed is key=value, such as time.end=10"
          : "is not a key; allowed are words joined by dots, such as lattice.modes, and [0] in lists"
      )
    }
    let value: DeckNode?
    do {
      value = try YAMLText(override: .override(shown)).node(from: Array(parts[1].utf8))
    } catch {
      throw self.error(error.key.isEmpty ? key : "\(key).\(error.key)", error.message)
    }
    try set(
      value ?? DeckNode(content: .scalar("", quoted: false), origin: .override(shown)),
      steps[...],
      in: &root,
      path: ""
    )
  }

  private func set(
    _ value: DeckNode,
    _ steps: ArraySlice<DeckPath.Step>,
    in node: inout DeckNode,
    path: String
  ) throws(YAMLText.Flaw) {
    guard let step = steps.first else {
      node = value
      node.origin = .override(shown)
      return
    }
    switch (step, node.content) {
    case (.key(let key), .mapping(var entries)):
      if let index = entries.firstIndex(where: { $0.key == key }) {
        try set(value, steps.dropFirst(), in: &entries[index].node, path: joined(path, key))
      } else {
        var inner = DeckNode(content: .mapping([]), origin: .override(shown))
        try set(value, steps.dropFirst(), in: &inner, path: joined(path, key))
        entries.append(DeckNode.Entry(key: key, node: inner))
      }
      node.content = .mapping(entries)
    case (.key, _) where node.isNull:
      node.content = .mapping([])
      try set(value, steps, in: &node, path: path)
    case (.index(let index), .list(var items)):
      guard items.indices.contains(index) else {
        throw error(
          "\(path)[\(index)]",
          items.isEmpty
            ? "\(path) is an empty list"
            : "is past the end; allowed is \(path)[0] to \(path)[\(items.count - 1)]"
        )
      }
      try set(value, steps.dropFirst(), in: &items[index], path: "\(path)[\(index)]")
      node.content = .list(items)
    case (.key, .list):
      throw error(path, "is a list; allowed is \(path)[0] for its first entry, and so on")
    case (.key, .scalar):
      throw error(path, "is \(node.description), which has no keys inside")
    case (.index, _):
      throw error(path, "is not a list; write it without [ ]")
    }
  }

  private func error(_ key: String, _ message: String) -> YAMLText.Flaw {
    YAMLText.Flaw(key: key, line: nil, message: message)
  }
}

/// The grammar of key paths: words joined by dots, each with any number of `[index]` behind it.
enum DeckPath {
  enum Step { case key(String), index(Int) }

  /// The steps from the root to the key; nil if the path breaks the grammar.
  static func steps(of path: String) -> [Step]? {
    var steps: [Step] = []
    for word in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = word.split(separator: "[", omittingEmptySubsequences: false)
      guard let name = pieces.first, !name.isEmpty, !name.contains(where: \.isWhitespace),
        !name.contains("]")
      else { return nil }
      steps.append(.key(String(name)))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { return nil }
        steps.append(.index(index))
      }
    }
    return steps.count <= YAMLText.depthLimit ? steps : nil
  }
}

private func trimmed(_ text: Substring) -> String {
  let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
  let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? start
  return String(text[start..<end])
}
