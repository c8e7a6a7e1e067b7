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
  var names: Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [])
  }

  func remove(_ name: String) { try? FileManager.default.removeItem(at: url.appending(path: name)) }

  func remove() { try? FileManager.default.removeItem(at: url) }
}

/// Runs `body` with a folder of its own, which is removed at the end.
func withScratch<Result>(_ body: (Scratch) async throws -> Result) async throws -> Result {
  let folder = try Scratch()
  defer { folder.remove() }
  return try await body(folder)
}
