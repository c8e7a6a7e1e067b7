import Yams

/// YAML text as a tree whose size is bounded by the text: no aliases, no deep nesting.
struct YAMLText {
  /// Where the text stands: the origin of all its values if an override, else their lines count.
  let override: DeckOrigin?

  /// Decks beyond this many bytes are refused.
  static let byteLimit = 1 << 20

  /// Lists and mappings within each other beyond this depth are refused; a deck needs eight.
  static let depthLimit = 32

  /// What some editors put before text in UTF-8, and is no part of it.
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Reads the one document in `bytes`; nil if there is none.
  func node(from bytes: [UInt8]) throws(Flaw) -> DeckNode? {
    let isMarked = bytes.starts(with: Self.byteOrderMark)
    let bytes = isMarked ? Array(bytes.dropFirst(Self.byteOrderMark.count)) : bytes
    let text = try text(from: bytes)
    try refuseManyAliases(in: bytes)
    return try tree(of: text)
  }

  func tree(of text: String, marks: Int = 0) throws(Flaw) -> DeckNode? {
    // The parser holds the anchors, to which its nodes refer weakly: it must outlive them.
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      let flaw = Flaw(error, in: text)
      if case .duplicatedKeysInMapping(_, let context) = error, marks < Self.markLimit {
        try locateDuplicate(in: marking(text, at: context.mark), marks: marks + 1, flaw)
      }
      throw flaw
    } catch {
      throw Flaw(line: nil, message: "is not YAML: \(error)")
    }
    guard let root else { return nil }
    defer { withExtendedLifetime(parser) {} }
    return try convert(root, path: "", depth: 0)
  }

  // MARK: - Text

  private func text(from bytes: [UInt8]) throws(Flaw) -> String {
    guard bytes.count <= Self.byteLimit else {
      throw Flaw(line: nil, message: "is too long; a deck has at most \(Self.byteLimit) bytes")
    }
    for (index, byte) in bytes.enumerated()
    where (byte < 0x20 && ![0x09, 0x0A, 0x0D].contains(byte)) || byte == 0x7F {
      let line = bytes[..<index].count { $0 == 0x0A } + 1
      throw Flaw(line: line, message: "holds a control character; a deck is text in UTF-8")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Flaw(line: nil, message: "is not text in UTF-8")
    }
    return text
  }

  // MARK: - Tree

  private func convert(_ node: Node, path: String, depth: Int) throws(Flaw) -> DeckNode {
    let line = node.mark?.line
    guard depth <= Self.depthLimit else { throw .depth(line: line) }
    if node.anchor != nil { throw .alias(line: override == nil ? line : nil) }
    let origin = override ?? .line(line ?? 1)
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style != .any && scalar.style != .plain
      return DeckNode(content: .scalar(scalar.string, quoted: quoted), origin: origin)
    case .sequence(let items):
      var list: [DeckNode] = []
      for item in items {
        list.append(try convert(item, path: "\(path)[\(list.count)]", depth: depth + 1))
      }
      return DeckNode(content: .list(list), origin: origin)
    case .mapping(let pairs):
      return DeckNode(content: .mapping(try entries(pairs, path, depth)), origin: origin)
    case .alias:
      throw .alias(line: line)
    }
  }

  private func entries(
    _ pairs: Node.Mapping,
    _ path: String,
    _ depth: Int
  ) throws(Flaw) -> [DeckNode.Entry] {
    var entries: [DeckNode.Entry] = []
    var seen: Set<String> = []
    for (key, value) in pairs {
      let line = key.mark?.line
      if key.anchor != nil { throw .alias(line: override == nil ? line : nil) }
      guard case .scalar(let scalar) = key else {
        throw Flaw(key: path, line: line, message: "has a key that is a list; keys are words")
      }
      let name = unmarked(scalar.string)
      let inner = joined(path, clipped(name, to: 80))
      guard seen.insert(name).inserted else { throw .duplicate(inner, line: line) }
      var node = try convert(value, path: inner, depth: depth + 1)
      node.origin = override ?? .line(line ?? 1)
      entries.append(DeckNode.Entry(key: name, node: node))
    }
    return entries
  }
}
