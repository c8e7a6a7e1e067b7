import Yams

/// YAML text as a tree whose size is bounded by the text: no aliases, no deep nesting.
struct YAMLText {
  /// Where the text stands: the origin of all its values if an override, else their lines count.
  let override: DeckOrigin?

  /// Decks beyond this many bytes are refused.
  static let byteLimit = 1 << 20

  /// Lists and mappings within each other beyond this depth are refused; a deck needs eight.
  static let depthLimit = 32

  /// What is wrong with the text, before any key is known.
  struct Flaw: Error {
    var key = ""
    let line: Int?
    let message: String
  }

  /// Reads the one document in `bytes`; nil if there is none.
  func node(from bytes: [UInt8]) throws(Flaw) -> DeckNode? {
    let text = try text(from: bytes)
    try refuseManyAliases(in: bytes)
    // The parser holds the anchors, to which its nodes refer weakly: it must outlive them.
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      throw Flaw(error, in: text)
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

  /// Refuses text in which aliases could multiply, before the parser follows them.
  ///
  /// The parser compares the keys of a mapping, which takes exponential time if they are nested
  /// aliases. Eight aliases make any node at most 3^(8/3) < 19 times larger; `convert` refuses those.
  /// A `*` counts unless it stands in a comment, before anything that could be a closing quote.
  private func refuseManyAliases(in bytes: [UInt8]) throws(Flaw) {
    let star = UInt8(ascii: "*")
    var count = 0
    var firstLine = 0
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where line.contains(star) {
      var inComment = false
      var previous = UInt8(ascii: " ")
      for (position, byte) in zip(line.indices, line) {
        switch byte {
        case UInt8(ascii: "#") where [0x20, 0x09, 0x0D].contains(previous): inComment = true
        case UInt8(ascii: "'"), UInt8(ascii: "\""): inComment = false
        case star where !inComment && position + 1 < line.endIndex && isName(line[position + 1]):
          if count == 0 { firstLine = index + 1 }
          count += 1
        default: break
        }
        previous = byte
      }
    }
    if count > 8 { throw .alias(line: firstLine) }
  }

  private func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default:
      false
    }
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
      guard case .scalar(let name) = key else {
        throw Flaw(key: path, line: line, message: "has a key that is a list; keys are words")
      }
      let inner = joined(path, clipped(name.string, to: 80))
      guard seen.insert(name.string).inserted else { throw .duplicate(inner, line: line) }
      var node = try convert(value, path: inner, depth: depth + 1)
      node.origin = override ?? .line(line ?? 1)
      entries.append(DeckNode.Entry(key: name.string, node: node))
    }
    return entries
  }
}

extension YAMLText.Flaw {
  fileprivate static func alias(line: Int?) -> Self {
    let message = "anchors (&name) and aliases (*name) are not allowed; write the value out"
    return Self(line: line, message: message)
  }

  fileprivate static func depth(line: Int?) -> Self {
    let message = "is nested too deeply; allowed are \(YAMLText.depthLimit) levels"
    return Self(line: line, message: message)
  }

  fileprivate static func duplicate(_ key: String, line: Int?) -> Self {
    Self(key: key, line: line, message: "is given twice; allowed is once")
  }

  /// The parser's complaint about `text`, in one line.
  fileprivate init(_ error: YamlError, in text: String) {
    switch error {
    case .duplicatedKeysInMapping(let duplicates, let context):
      self = .duplicate(duplicates.first ?? "", line: context.mark.line)
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.contains("nest") || (context?.text.contains("nest") ?? false) {
        self = .depth(line: mark.line)
      } else {
        let place = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
        self.init(line: mark.line, message: "is not YAML: \(problem)\(place)")
      }
    case .reader(let problem, let offset, _, _):
      let line = offset.map { text.prefix($0).count { $0.isNewline } + 1 }
      self.init(line: line, message: "is not YAML: \(problem)")
    default:
      self.init(line: nil, message: "is not YAML: \(printable("\(error)"))")
    }
  }
}
