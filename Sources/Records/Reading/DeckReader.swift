/// Reads decks: YAML bytes and overrides in, a checked `Deck` or one clear error out.
///
/// Nothing in the input makes it trap, recurse without bound or expand in memory. All ranks can
/// read the same bytes and fail alike.
///
/// ```swift
/// let reader = DeckReader(fileName: "figure2.yaml", overrides: [DeckOverride("time.end=10")])
/// let deck = try reader.read(bytes)
/// ```
public struct DeckReader: Sendable {
  /// The file, as errors name it.
  public let fileName: String

  /// Values that replace those of the file, the last one for a key wins.
  public let overrides: [DeckOverride]

  /// A reader for one file.
  public init(fileName: String, overrides: [DeckOverride] = []) {
    self.fileName = fileName
    self.overrides = overrides
  }

  /// Reads and checks a deck.
  ///
  /// - Parameter bytes: The content of the file: YAML in UTF-8, at most one mebibyte.
  /// - Returns: The deck with all its defaults.
  /// - Throws: `DeckError`, which names the first key found wrong, its line, and what is allowed.
  public func read(_ bytes: [UInt8]) throws(DeckError) -> Deck {
    let root = try tree(of: bytes)
    let source = DeckSource(fileName: fileName, root: root)
    guard case .mapping(let entries) = root.content else { throw error(nil, Self.emptyMessage) }
    return try Deck(DeckSection(path: "", entries: entries, source: source))
  }

  /// The content of the file with the overrides.
  func tree(of bytes: [UInt8]) throws(DeckError) -> DeckNode {
    var root = try rootNode(of: bytes)
    for override in overrides { try override.apply(to: &root, fileName: fileName) }
    return root
  }

  private func rootNode(of bytes: [UInt8]) throws(DeckError) -> DeckNode {
    let root: DeckNode?
    do {
      root = try YAMLText(override: nil).node(from: bytes)
    } catch {
      throw DeckError(
        fileName: fileName,
        key: error.key,
        line: error.line,
        message: error.message
      )
    }
    guard let root, !root.isNull else { throw error(nil, Self.emptyMessage) }
    if case .mapping = root.content { return root }
    let line: Int? = if case .line(let line) = root.origin { line } else { nil }
    throw error(line, "is \(root.description); allowed is a mapping with lattice and baths")
  }

  private static let emptyMessage = "is empty; a deck needs at least lattice and baths"

  private func error(_ line: Int?, _ message: String) -> DeckError {
    DeckError(fileName: fileName, key: "", line: line, message: message)
  }
}
