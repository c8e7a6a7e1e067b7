internal import CFiles
import Foundation

/// Steps after which a file is on the disk, whole or not at all.
enum DurableFile {
  /// What a file is called until it is complete.
  static func partial(_ path: String) -> String { path + ".partial" }

  /// Gives a file that is not complete yet its room on the disk, also behind its end, so that writes up to there do not
  /// fail for want of it.
  ///
  /// File systems that cannot do so are asked whether they have that much left.
  ///
  /// - Parameters:
  ///   - bytes: All that the file may come to have.
  ///   - path: What it will be called.
  ///   - own: Which file it is; if `nil`, it begins here, empty.
  /// - Returns: Which file it is.
  /// - Throws: `RecordError` if there is no room, no file, or that of another run.
  @discardableResult
  static func reserve(
    _ bytes: Int,
    for path: String,
    own: FileIdentity? = nil
  ) throws(RecordError) -> FileIdentity {
    if own == nil { unlink(partial(path)) }
    let flags = own == nil ? O_CREAT | O_EXCL : 0
    let descriptor = open(partial(path), O_WRONLY | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else { throw RecordError(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    guard let identity = FileIdentity(of: descriptor), own == nil || identity == own else {
      throw RecordError(FileIdentity.takenOver)
    }
    if tgge_file_reserve(descriptor, Int64(bytes)) == 0 { return identity }
    guard errno == EOPNOTSUPP else { throw RecordError(String(cString: strerror(errno))) }
    var (file, system) = (stat(), statvfs())
    guard fstat(descriptor, &file) == 0, fstatvfs(descriptor, &system) == 0 else { return identity }
    let free = Double(system.f_bavail) * Double(system.f_frsize)
    guard Double(bytes - Int(file.st_size)) > free else { return identity }
    throw RecordError(String(cString: strerror(ENOSPC)))
  }

  /// Gives back what a file that is not complete yet has reserved behind its end.
  static func trim(_ path: String) {
    var status = stat()
    guard stat(partial(path), &status) == 0 else { return }
    truncate(partial(path), status.st_size)
  }

  /// The places that this process has opened a file at, which is not complete yet.
  static func descriptors(of path: String) -> [Int32] {
    guard let own = FileIdentity(at: partial(path)),
      let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    else { return [] }
    return names.compactMap { Int32($0) }.filter { FileIdentity(of: $0) == own }
  }

  /// Has all that this process still writes to an open file that it gives up go to memory, where there is room.
  static func divert(_ descriptors: [Int32]) {
    for descriptor in descriptors {
      let memory = tgge_file_in_memory()
      guard memory >= 0 else { return }
      dup2(memory, descriptor)
      close(memory)
    }
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
