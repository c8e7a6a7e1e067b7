/// What a checkpoint holds beside its vectors.
public struct CheckpointContent: Sendable, Equatable {
  /// The version of the program that wrote it.
  public var version: String

  /// What the run was asked for: the entries of its resolved deck, and options that matter.
  public var entries: [ResolvedDeck.Entry]

  /// What the computation needs to go on.
  public var words: [UInt64]

  /// Creates the content.
  public init(version: String, entries: [ResolvedDeck.Entry], words: [UInt64]) {
    self.version = version
    self.entries = entries
    self.words = words
  }

  /// The content as bytes: counts and words of eight bytes, the least significant first, and texts.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(version)
    bytes.append(UInt64(entries.count))
    for entry in entries {
      bytes.append(entry.key)
      bytes.append(entry.value)
    }
    bytes.append(UInt64(words.count))
    for word in words { bytes.append(word) }
    return bytes
  }

  /// Reads what `bytes` gives; `nil` if that is not the form.
  public init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard let version = rest.takeText(), let entryCount = rest.takeCount() else { return nil }
    var entries: [ResolvedDeck.Entry] = []
    for _ in 0..<entryCount {
      guard let key = rest.takeText(), let value = rest.takeText() else { return nil }
      entries.append(ResolvedDeck.Entry(key: key, value: value))
    }
    guard let wordCount = rest.takeCount() else { return nil }
    var words: [UInt64] = []
    for _ in 0..<wordCount {
      guard let word = rest.takeWord() else { return nil }
      words.append(word)
    }
    guard rest.isEmpty else { return nil }
    self.init(version: version, entries: entries, words: words)
  }
}

extension [UInt8] {
  /// Appends a word, the least significant byte first.
  mutating func append(_ word: UInt64) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }

  /// Appends the length of a text and the text.
  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }
}

extension ArraySlice<UInt8> {
  /// Takes a word out; `nil` if too few bytes are left.
  mutating func takeWord() -> UInt64? {
    guard count >= 8 else { return nil }
    defer { removeFirst(8) }
    return prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Takes out a count of what follows, which has a byte each at least.
  mutating func takeCount() -> Int? {
    guard let word = takeWord(), word <= UInt64(count) else { return nil }
    return Int(word)
  }

  /// Takes out a text.
  mutating func takeText() -> String? {
    guard let length = takeCount() else { return nil }
    defer { removeFirst(length) }
    return String(validating: prefix(length), as: UTF8.self)
  }
}
