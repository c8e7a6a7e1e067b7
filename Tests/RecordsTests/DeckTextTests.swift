import Records
import Testing

@Suite("Text that is no deck")
struct DeckTextTests {
  private func expect(
    _ error: DeckError?,
    key: String = "",
    line: Int?,
    saying: String
  ) throws {
    let error = try #require(error)
    #expect(error.key == key)
    #expect(error.line == line)
    #expect(error.message.contains(saying), "\(error)")
    expectOneLine(error)
  }

  @Test(
    "Empty input is refused",
    arguments: ["", "\n", "# only a comment\n", "---\n", "null", "~"]
  )
  func empty(text: String) throws {
    try expect(Sample.error(text), line: nil, saying: "is empty")
  }

  @Test("Bytes that are not UTF-8 are refused")
  func binary() throws {
    try expect(
      Sample.error(bytes: [0x6C, 0xFF, 0xFE, 0x80]),
      line: nil,
      saying: "is not text in UTF-8"
    )
    try expect(
      Sample.error(bytes: [0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x00]),
      line: 1,
      saying: "control character"
    )
  }

  @Test("A byte order mark before a deck is skipped, and its lines count as without")
  func byteOrderMark() throws {
    let deck = try Sample.read("\u{FEFF}" + Sample.chain)
    #expect(deck.lattice.modes == [100])
    let bad = "\u{FEFF}" + Sample.chain.replacing("lattice:", with: "latice:")
    try expect(Sample.error(bad), key: "latice", line: 1, saying: "is an unknown key")
    try expect(Sample.error("\u{FEFF}"), line: nil, saying: "is empty")
  }

  @Test("NUL bytes and other control characters are refused with their line")
  func control() throws {
    try expect(
      Sample.error(Sample.chain.replacing("coupling: 0.05", with: "coupling: \0")),
      line: 5,
      saying: "control character"
    )
    try expect(
      Sample.error("lattice:\n  a: \u{85}\u{9F}\n"),
      line: 2,
      saying: "control characters are not allowed"
    )
  }

  @Test("All 256 bytes, alone, in pairs and inside a deck, end in one line")
  func everyByte() {
    let deck = Array(Sample.chain.utf8)
    for byte in UInt8.min...UInt8.max {
      for position in [0, 9, 30, 60, deck.count - 1] {
        var bytes = deck
        bytes[position] = byte
        if let error = Sample.error(bytes: bytes) { expectOneLine(error) }
      }
      for other: UInt8 in [0x0A, 0x20, 0x2A, 0x3A, 0x5B, byte] {
        if let error = Sample.error(bytes: [byte, other]) { expectOneLine(error) }
      }
    }
  }

  @Test("A deck cut off anywhere ends in one line")
  func truncated() {
    for deck in [Sample.chain, Sample.custom] {
      let bytes = Array(deck.utf8)
      for length in bytes.indices {
        if let error = Sample.error(bytes: Array(bytes[..<length])) { expectOneLine(error) }
      }
    }
  }

  @Test("Text that is not YAML is refused where the parser stopped")
  func notYAML() throws {
    try expect(
      Sample.error(Sample.chain.replacing("{beta: 2.0}", with: "{beta: 2.0")),
      line: 8,
      saying: "is not YAML"
    )
    try expect(Sample.error("lattice:\n\tmodel: x"), line: 2, saying: "is not YAML")
    try expect(Sample.error("a: 'b"), line: 1, saying: "is not YAML")
    try expect(Sample.error("a: @b"), line: 1, saying: "is not YAML")
    try expect(Sample.error("a: 1\n---\nb: 2"), line: 2, saying: "is not YAML")
  }

  @Test("A list or a word at the top is refused")
  func top() throws {
    try expect(Sample.error("# list\n- lattice\n- baths"), line: 2, saying: "is a list of 2")
    try expect(Sample.error("hello"), line: 1, saying: "is \"hello\"; allowed is a mapping")
    try expect(Sample.error("42"), line: 1, saying: "allowed is a mapping")
  }

  @Test("A key given twice is refused with its name and line")
  func duplicates() throws {
    let twice = Sample.chain.replacing("drive: 0.5", with: "drive: 0.5\n  drive: 0.6")
    try expect(Sample.error(twice), key: "baths.drive", line: 7, saying: "is given twice")
    let quoted = Sample.chain.replacing("drive: 0.5", with: "drive: 0.5\n  'drive': 0.6")
    try expect(Sample.error(quoted), key: "baths.drive", line: 7, saying: "is given twice")
    let flow = Sample.chain.replacing("{beta: 2.0}", with: "{beta: 2.0, beta: 2.0}")
    try expect(Sample.error(flow), key: "baths.thermal.beta", line: 7, saying: "is given twice")
    let often = Sample.chain.replacing("drive: 0.5", with: "drive: 1\n  drive: 2\n  \"drive\": 3")
    try expect(Sample.error(often), key: "baths.drive", line: 7, saying: "is given twice")
    let many = (1...50).map { "a\($0): 1\na\($0): 2\n" }.joined()
    #expect(Sample.error(many)?.message.contains("is given twice") == true)
    try expect(
      Sample.error(Sample.chain + "\nlattice:\n  model: custom"),
      key: "lattice",
      line: 9,
      saying: "is given twice"
    )
  }

  @Test("One anchor or alias is refused with its line")
  func alias() throws {
    try expect(
      Sample.error(Sample.chain.replacing("beta: 2.0", with: "beta: &b 2.0")),
      line: 7,
      saying: "aliases"
    )
    try expect(
      Sample.error("a: &x [1]\nb: *x\n"),
      line: 1,
      saying: "aliases"
    )
    try expect(Sample.error("a: *x\n"), line: 1, saying: "undefined alias")
  }

  @Test("Aliases that would multiply are refused at once, as values and as keys")
  func runawayAliases() throws {
    var laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...30 {
      let inner = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      laughs += "a\(level): &a\(level) [\(inner)]\n"
    }
    let started = ContinuousClock.now
    try expect(Sample.error(laughs), line: 2, saying: "aliases")
    try expect(Sample.error(laughs + "? *a30\n: 1\n? *a29\n: 2\n"), line: 2, saying: "aliases")
    // Hidden behind what looks like a comment but stands in quotes.
    let hidden = laughs.replacing("[*", with: "[\"x # y\", *")
    try expect(Sample.error(hidden), line: 2, saying: "aliases")
    #expect(ContinuousClock.now - started < .seconds(1))
  }

  @Test("Deep nesting is refused", arguments: ["[", "{a: ", "- ", "? "])
  func deep(opening: String) throws {
    let error = try #require(Sample.error("a:\n  " + String(repeating: opening, count: 10_000)))
    #expect(error.message.contains("is nested too deeply"), "\(error)")
    expectOneLine(error)
    let closed = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    try expect(Sample.error("lattice: " + closed), line: 1, saying: "is nested too deeply")
  }

  @Test("A deck beyond one mebibyte is refused before it is parsed")
  func long() throws {
    let bytes = Array(repeating: UInt8(ascii: "["), count: 2 << 20)
    try expect(Sample.error(bytes: bytes), line: nil, saying: "is too long")
  }

  @Test("Hostile keys and values do not break the line")
  func hostile() {
    for text in [
      "\"a\\nb\\e[31m\": 1", "lattice: {model: \"x\\ny\\0\"}", "? [a]\n: 1", "? {a: b}\n: 1",
      String(repeating: "k", count: 5000) + ": 1",
      "lattice: " + String(repeating: "v", count: 5000), "<<: {a: 1}", "!!binary x: !!int y",
    ] {
      guard let error = Sample.error(text) else {
        Issue.record("accepted: \(text)")
        continue
      }
      expectOneLine(error)
    }
  }
}
