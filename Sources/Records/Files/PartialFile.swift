import Foundation

/// A file that is written to the end before it gets its name; the first error waits for `complete`.
public struct PartialFile {
  /// What the file will be called.
  public let path: String

  private let file: UnsafeMutablePointer<FILE>?
  private var failure: String?

  /// The name that a file has until it is complete.
  public static func partial(_ path: String) -> String { DurableFile.partial(path) }

  /// Opens the file that will be `path`.
  public init(for path: String) {
    self.path = path
    unlink(DurableFile.partial(path))
    file = fopen(DurableFile.partial(path), "wx")
    if file == nil { failure = String(cString: strerror(errno)) }
  }

  /// Writes more bytes.
  public mutating func append(_ bytes: [UInt8]) {
    guard failure == nil, let file else { return }
    if fwrite(bytes, 1, bytes.count, file) != bytes.count {
      failure = String(cString: strerror(errno))
    }
  }

  /// Hands over to the system what was written, for those who follow the file as it grows.
  public mutating func flush() {
    guard failure == nil, let file else { return }
    if fflush(file) != 0 { failure = String(cString: strerror(errno)) }
  }

  /// Removes what was written.
  public func discard() {
    guard let file else { return }
    if isOwn { unlink(DurableFile.partial(path)) }
    fclose(file)
  }

  /// Whether the file still has its name, and not that of another run.
  private var isOwn: Bool {
    file.map { FileIdentity(of: fileno($0)) == FileIdentity(at: DurableFile.partial(path)) }
      ?? false
  }

  /// Completes the file and gives it its name.
  ///
  /// - Returns: The first thing that went wrong; then there is no file.
  public mutating func complete() -> String? {
    guard let file else { return failure }
    if fflush(file) != 0 || fsync(fileno(file)) != 0 {
      failure = failure ?? String(cString: strerror(errno))
    }
    if !isOwn { failure = failure ?? FileIdentity.takenOver }
    if failure == nil, rename(DurableFile.partial(path), path) != 0 {
      failure = String(cString: strerror(errno))
    }
    if failure != nil, isOwn { unlink(DurableFile.partial(path)) }
    fclose(file)
    return failure
  }
}
