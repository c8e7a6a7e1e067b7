import Foundation
import Records

/// A file that is written to the end before it gets its name; the first error waits for `finish`.
struct PartialFile {
  private let path: String
  private let file: UnsafeMutablePointer<FILE>?
  private var failure: String?

  /// The name that a file has until it is complete.
  static func partial(_ path: String) -> String { path + ".partial" }

  /// Opens the file that will be `path`.
  init(for path: String) {
    self.path = path
    unlink(PartialFile.partial(path))
    file = fopen(PartialFile.partial(path), "wx")
    if file == nil { failure = String(cString: strerror(errno)) }
  }

  /// Writes more bytes.
  mutating func append(_ bytes: [UInt8]) {
    guard failure == nil, let file else { return }
    if fwrite(bytes, 1, bytes.count, file) != bytes.count {
      failure = String(cString: strerror(errno))
    }
  }

  /// Hands over to the system what was written, for those who follow the file as it grows.
  mutating func flush() {
    guard failure == nil, let file else { return }
    if fflush(file) != 0 { failure = String(cString: strerror(errno)) }
  }

  /// Removes what was written.
  func discard() {
    guard let file else { return }
    if isOwn { unlink(PartialFile.partial(path)) }
    fclose(file)
  }

  /// Whether the file still has its name, and not that of another run.
  private var isOwn: Bool {
    file.map { FileIdentity(of: fileno($0)) == FileIdentity(at: PartialFile.partial(path)) }
      ?? false
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: `UsageError` with the first thing that went wrong; then there is no file.
  mutating func finish() throws {
    let partial = PartialFile.partial(path)
    if let file {
      if fflush(file) != 0 || fsync(fileno(file)) != 0 {
        failure = failure ?? String(cString: strerror(errno))
      }
      if !isOwn { failure = failure ?? FileIdentity.takenOver }
      if failure == nil, rename(partial, path) != 0 { failure = String(cString: strerror(errno)) }
      if failure != nil, isOwn { unlink(partial) }
      fclose(file)
    }
    guard let failure else { return }
    throw UsageError("--out \(path): cannot be written: \(failure)")
  }
}
