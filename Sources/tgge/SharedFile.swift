import Communication
import Foundation

/// Files that one rank reads for all.
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
}
