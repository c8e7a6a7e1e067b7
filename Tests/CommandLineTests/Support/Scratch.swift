import Foundation

/// A new folder for the files of a test.
struct Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "tgge-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
    try Data(bytes).write(to: url.appending(path: name))
  }

  /// Makes a folder within it.
  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      at: url.appending(path: name),
      withIntermediateDirectories: false
    )
  }

  /// Makes a symbolic link, which may lead to nothing yet.
  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: url.appending(path: name).path,
      withDestinationPath: target
    )
  }

  /// Where a symbolic link leads; `nil` if there is none with the name.
  func target(of name: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: url.appending(path: name).path)
  }

  /// The names of all that is in a folder within it.
  func names(in name: String) -> Set<String> {
    let path = url.appending(path: name).path
    return Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
  }

  /// Creates an empty file to write to.
  func create(_ name: String) throws -> FileHandle {
    try write(name, [])
    return try FileHandle(forWritingTo: url.appending(path: name))
  }

  /// What a file holds; nothing if it is not there.
  func bytes(_ name: String) -> [UInt8] {
    [UInt8]((try? Data(contentsOf: url.appending(path: name))) ?? Data())
  }

  func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

  func holds(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: name).path)
  }

  /// The names of all that is there.
  var names: Set<String> { names(in: "") }

  func remove(_ name: String) { try? FileManager.default.removeItem(at: url.appending(path: name)) }

  func remove() { try? FileManager.default.removeItem(at: url) }
}

/// Runs `body` with a folder of its own, which is removed at the end.
func withScratch<Result>(_ body: (Scratch) async throws -> Result) async throws -> Result {
  let folder = try Scratch()
  defer { folder.remove() }
  return try await body(folder)
}
