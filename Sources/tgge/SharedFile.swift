import Communication
import Foundation

/// Files that one rank reads for all, or writes for all.
enum SharedFile {
  /// Reads a file on the first rank and gives its bytes to all.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The longest file that is read, in bytes.
  ///   - communicator: The ranks.
  /// - Returns: The bytes.
  /// - Throws: `UsageError` on the first rank, `RemoteFailure` on the others.
  static func read(
    _ path: String,
    limit: Int,
    on communicator: some Communicator
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try communicator.agree {
      if communicator.rank == 0 { bytes = try contents(of: path, limit: limit) }
    }
    try communicator.broadcast(&bytes, from: 0)
    return bytes
  }

  private static func contents(of path: String, limit: Int) throws -> [UInt8] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw UsageError("\(path): there is no such file")
    }
    guard !isDirectory.boolValue else { throw UsageError("\(path): is a directory, not a file") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw UsageError("\(path): cannot be opened for reading: \(String(cString: strerror(errno)))")
    }
    defer { try? file.close() }
    do {
      let data = try file.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else {
        throw UsageError("\(path): is longer than \(limit >> 20) MiB, which no such file is")
      }
      return [UInt8](data)
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("\(path): cannot be read: \(error.localizedDescription)")
    }
  }

  /// Finds out before the work whether a file can be written.
  ///
  /// Collective.
  ///
  /// A device or a pipe is refused, since the complete file takes the place of what has its name.
  ///
  /// - Throws: `UsageError` on the first rank, `RemoteFailure` on the others.
  static func checkWritable(_ path: String, on communicator: some Communicator) throws {
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      guard !path.isEmpty, !path.hasSuffix("/") else {
        throw UsageError("--out \(path): is not the name of a file")
      }
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
        isDirectory.boolValue
      else { throw UsageError("--out \(path): there is no folder \(folder)") }
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
        let what = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a device or a pipe"
        throw UsageError("--out \(path): is \(what), not a file")
      }
      let partial = PartialFile.partial(path)
      guard let file = fopen(partial, "w") else {
        throw UsageError(
          "--out \(path): \(partial) cannot be written: \(String(cString: strerror(errno)))"
        )
      }
      fclose(file)
      unlink(partial)
    }
  }
}
