/// Where each key of a deck came from, so that errors found later can name the line too.
public struct DeckSource: Sendable {
  /// The file, as the user named it.
  public let fileName: String

  /// The content of the file, without overrides.
  public let text: String

  private let root: DeckNode

  init(fileName: String, text: String, root: DeckNode) {
    self.fileName = fileName
    self.text = text
    self.root = root
  }

  /// An error for a key, with its line.
  ///
  /// A key that came from an override is reported with that override. A key that is not in the
  /// deck, because its default is used, is reported with the line of the nearest section above it.
  ///
  /// - Parameters:
  ///   - key: A path such as `record.momenta[2]`; the first entry of a list is `[0]`.
  ///   - message: What is wrong and what is allowed, without the key.
  /// - Returns: The error, to be thrown.
  public func error(at key: String, _ message: String) -> DeckError {
    switch origin(of: key) {
    case .line(let line):
      DeckError(fileName: fileName, key: key, line: line, message: message)
    case .override(let text):
      DeckError(fileName: fileName, key: key, override: text, message: message)
    case nil:
      DeckError(fileName: fileName, key: key, message: message)
    }
  }

  private func origin(of key: String) -> DeckOrigin? {
    var origins: [String: DeckOrigin] = [:]
    root.forEachKey { path, origin in origins[path] = origin }
    var path = key[...]
    while !path.isEmpty {
      if let origin = origins[String(path)] { return origin }
      path = path.lastIndex { $0 == "." || $0 == "[" }.map { path[..<$0] } ?? ""
    }
    return nil
  }
}

/// What brought a value into the deck.
enum DeckOrigin: Sendable, Equatable {
  /// A line of the file, counted from 1.
  case line(Int)
  /// An override, as the user wrote it.
  case override(String)
}
