extension DeckReader {
  /// The number that a deck has under a key, after the overrides, or its default.
  ///
  /// - Parameters:
  ///   - key: A path such as `lattice.zeeman` or `baths.nonequilibrium.delta[0]`.
  ///   - bytes: The content of the file.
  /// - Returns: The number.
  /// - Throws: `DeckError` if the key holds no number, or is not there and has no default that is one.
  public func number(at key: String, in bytes: [UInt8]) throws(DeckError) -> Double {
    func error(_ message: String) -> DeckError {
      DeckError(fileName: fileName, key: key, message: message)
    }
    guard let steps = DeckPath.steps(of: key) else {
      throw error("is not a key; allowed are words joined by dots, and [0] in lists")
    }
    var node: DeckNode? = try tree(of: bytes)
    for step in steps {
      switch (step, node?.content) {
      case (.key(let name), .mapping(let entries)):
        node = entries.first { $0.key == name }?.node
      case (.index(let index), .list(let items)) where items.indices.contains(index):
        node = items[index]
      default:
        node = nil
      }
    }
    guard let node, !node.isNull else {
      guard let standard = DeckReader.standards[key] else {
        throw error("is not in the deck; allowed are keys that hold a number")
      }
      return standard
    }
    guard case .scalar(let text, quoted: false) = node.content,
      case .finite(let value) = WrittenNumber(text)
    else { throw error("is \(node.description); allowed are keys that hold a number") }
    return value
  }

  /// Numbers that a deck may leave out.
  private static let standards = [
    "lattice.hopping": 1, "lattice.twist": 0, "lattice.alpha-y": 0, "lattice.alpha-z": 0,
    "lattice.zeeman": 0, "initial.filling": 0.5, "initial.thermal.filling": 0.5,
    "baths.nonequilibrium.weight": 1,
  ]
}
