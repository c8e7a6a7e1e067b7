import Communication
import Foundation
import Records

/// A file that a run will write, with what comes to be beside it.
struct OutputFile {
  /// The option that names it.
  let option: String

  /// Its name, as the user gave it; may be a link, which stays.
  let path: String

  /// What else the run writes, by their names; what has these names before is replaced.
  var companions: [String] = []

  /// About how many bytes all of them take together; what has the name before stays until the end.
  var bytes = 0.0

  /// Files of a former run that this one goes on from: their room is counted in `bytes`, and taken already.
  var inherited: [String] = []

  /// The name that it gets.
  fileprivate var target: String { LinkTarget.of(path) }

  /// All names that the file needs for itself.
  fileprivate var names: [String] { [target, PartialFile.partial(target)] + companions }

  /// What is on the disk already of what the run needs.
  fileprivate var bytesThere: Double {
    inherited.reduce(0) { sum, name in
      var status = stat()
      return stat(name, &status) == 0 ? sum + 512 * Double(status.st_blocks) : sum
    }
  }
}

/// A file that a run reads, and must not replace.
struct InputFile {
  /// Its name.
  let path: String

  /// Who reads it, for errors.
  var reader = "which is read"
}

/// Finds out before the work whether the files of a run can be written.
enum OutputFiles {
  /// Refuses names that cannot be files, or not at the same time, and disks without room for them.
  ///
  /// Collective.
  ///
  /// A device or a pipe is refused, since the complete file takes the place of what has its name, or of what
  /// a link with this name leads to.
  ///
  /// - Parameters:
  ///   - files: All that the run will write.
  ///   - inputs: What it reads, and must not replace.
  ///   - communicator: The ranks.
  /// - Throws: `UsageError` on the first rank, `RemoteFailure` on the others.
  static func check(
    _ files: [OutputFile],
    replacingNone inputs: [InputFile] = [],
    on communicator: some Communicator
  ) throws {
    try communicator.agree {
      guard communicator.rank == 0, !files.isEmpty else { return }
      for file in files {
        try requireNames(file)
        try requireNoStream(file)
      }
      try requireApart(files, inputs)
      for file in files { try requireWritable(file) }
      try requireRoom(for: files)
    }
  }

  /// The folder of a file.
  private static func folder(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// Throws if a name is none of a file, or is that of something else.
  private static func requireNames(_ file: OutputFile) throws {
    let option = file.option
    let target = file.target
    guard !file.path.isEmpty, !file.path.hasSuffix("/") else {
      throw UsageError("\(option) \(file.path): is not the name of a file")
    }
    guard !LinkTarget.isLink(target) else {
      throw UsageError("\(option) \(file.path): is a link in a circle; name another file")
    }
    let folder = folder(of: target)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory) else {
      throw UsageError("\(option) \(file.path): there is no folder \(folder); make it before")
    }
    guard isDirectory.boolValue else {
      throw UsageError("\(option) \(file.path): \(folder) is not a folder")
    }
    // Of what a process has open, the system's links say no name that could be used.
    for name in [file.path] + file.names {
      var status = stat()
      guard stat(name, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { continue }
      let what = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a device or a pipe"
      let which = [file.path, target].contains(name) ? "" : "\(name) "
      throw UsageError("\(option) \(file.path): \(which)is \(what), not a file; name another file")
    }
  }

  /// Throws if a file is where standard output or standard error go, which would then be lost.
  private static func requireNoStream(_ file: OutputFile) throws {
    guard let identity = FileIdentity(at: file.target) else { return }
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "error")]
    where FileIdentity(of: descriptor) == identity {
      throw UsageError(
        "\(file.option) \(file.path): is where standard \(name) goes; name another file"
      )
    }
  }

  /// Throws if two files of a run have the same name.
  private static func requireApart(_ files: [OutputFile], _ inputs: [InputFile]) throws {
    func place(_ name: String) -> String {
      let url = URL(fileURLWithPath: LinkTarget.of(name))
      return url.deletingLastPathComponent().resolvingSymlinksInPath()
        .appending(path: url.lastPathComponent).path
    }
    var owners: [String: String] = [:]
    for input in inputs { owners[place(input.path)] = input.reader }
    for file in files {
      for name in file.names {
        if let owner = owners[place(name)] {
          throw UsageError(
            "\(file.option) \(file.path): would replace \(name), \(owner); name another file"
          )
        }
      }
      for name in file.names {
        owners[place(name)] = "which \(file.option) \(file.path) needs"
      }
    }
  }

  /// Throws if nothing can be written where a file is to be.
  private static func requireWritable(_ file: OutputFile) throws {
    let partial = PartialFile.partial(file.target)
    // What has the name may be another run's.
    let isThere = FileIdentity(at: partial) != nil
    guard let stream = fopen(partial, "a") else {
      throw UsageError(
        "\(file.option) \(file.path): \(partial) cannot be written: "
          + "\(String(cString: strerror(errno))); name a file in a folder that can be written to"
      )
    }
    fclose(stream)
    if !isThere { unlink(partial) }
  }

  /// Throws if the files of a disk take more than it has left.
  private static func requireRoom(for files: [OutputFile]) throws {
    var needed: [dev_t: Double] = [:]
    for file in files where file.bytes > 0 {
      let folder = folder(of: file.target)
      var (status, system) = (stat(), statvfs())
      guard stat(folder, &status) == 0, statvfs(folder, &system) == 0 else { continue }
      let bytes = needed[status.st_dev, default: 0] + max(0, file.bytes - file.bytesThere)
      needed[status.st_dev] = bytes
      let free = Double(system.f_bavail) * Double(system.f_frsize)
      guard bytes > free else { continue }
      throw UsageError(
        "\(file.option) \(file.path): needs about \(MemoryCheck.gigabytes(bytes)) and the disk has "
          + "\(MemoryCheck.gigabytes(free)) left; make room, or name a file elsewhere"
      )
    }
  }
}
