extension YAMLText {
  /// Refuses text in which aliases could multiply, before the parser follows them.
  ///
  /// The parser compares the keys of a mapping, which takes exponential time if they are nested
  /// aliases. Eight aliases make any node at most 3^(8/3) < 19 times larger; `convert` refuses those.
  /// A `*` counts unless it stands in a comment, before anything that could be a closing quote.
  func refuseManyAliases(in bytes: [UInt8]) throws(Flaw) {
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
}
