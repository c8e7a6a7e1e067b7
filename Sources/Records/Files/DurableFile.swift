import Foundation

/// Steps after which a file is on the disk, whole or not at all.
enum DurableFile {
  /// What a file is called until it is complete.
  static func partial(_ path: String) -> String { path + ".partial" }

  /// Throws if a disk has no room for a file to grow.
  static func requireRoom(_ bytes: Int, for path: String) throws(RecordError) {
    var status = statvfs()
    guard statvfs(partial(path), &status) == 0 else { return }
    let free = Double(status.f_bavail) * Double(status.f_frsize)
    guard Double(bytes) > free else { return }
    throw RecordError(String(cString: strerror(ENOSPC)))
  }

  /// Gives a complete file its name, in place of an older one.
  ///
  /// - Throws: `RecordError` with the system's reason.
  static func rename(_ old: String, to new: String) throws(RecordError) {
    guard Foundation.rename(old, new) == 0 else { throw .system("\(new): cannot be renamed to") }
    try synchronizeFolder(of: new)
  }

  /// Waits until what was written to a file is on the disk.
  static func synchronize(_ path: String) throws(RecordError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("\(path): cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("\(path): cannot be written to the disk") }
  }

  /// Waits until the names in the folder of a file are on the disk.
  static func synchronizeFolder(of path: String) throws(RecordError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("\(folder): cannot be opened") }
    defer { close(descriptor) }
    // Some network file systems have no such call for folders.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw .system("\(folder): cannot be written to the disk")
    }
  }
}

extension RecordError {
  /// What failed, with the reason that the system has just given.
  static func system(_ what: String) -> RecordError {
    RecordError("\(what): \(String(cString: strerror(errno)))")
  }
}
