internal import CHDF5
public import Communication
import Foundation

/// A file of results that all ranks write together: HDF5, readable by h5py and h5dump.
///
/// Groups come into being with their datasets. Each dataset has the attributes `unit`, `description` and
/// `axes`, the names of its directions. Data over modes are written by all ranks in one collective call
/// of MPI, each its own modes; what all ranks know is written by the first. A run on one rank and one on
/// several write equal datasets.
///
/// All functions are **collective** and throw alike on all ranks: `RecordError` on those where writing
/// failed, `RemoteFailure` on the others. The file is called `path.partial` until `finish`; one that is
/// given up before is removed.
///
/// ```swift
/// let file = try ResultFile(creating: "run.h5", over: communicator, handle: handle)
/// try file.write([0, 1], to: "outputs/time", ResultLabel("time", unit: "1/energy", axes: ["output"]))
/// try file.finish()
/// ```
public struct ResultFile<Group: Communicator>: ~Copyable {
  /// What the file will be called.
  public let path: String

  /// The ranks that write it.
  public let communicator: Group

  let file: hid_t
  let transfer: hid_t
  /// Where this process has it open.
  private let descriptors: [Int32]
  /// What the first rank has made room for.
  private let room: FileRoom
  private var isFinished = false

  /// Creates the file.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - path: Its name, the same on all ranks.
  ///   - communicator: The ranks.
  ///   - handle: How MPI, asked by another library, knows these ranks: the handle that Fortran has for
  ///     them. May be `nil` if there is one rank, which then needs no MPI.
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be created.
  public init(creating path: String, over communicator: Group, handle: Int32?) throws {
    precondition(communicator.size == 1 || handle != nil, "several ranks write by MPI")
    self.path = path
    self.communicator = communicator
    let isShared = communicator.size > 1
    let room = FileRoom()
    self.room = room
    func agree<Value>(_ step: () throws(RecordError) -> Value) throws -> Value {
      try ResultFile.agree("\(path): cannot be created", over: communicator, step)
    }
    do {
      try agree { () throws(RecordError) in
        if communicator.rank == 0 { try room.begin(path) }
      }
      file = try agree { () throws(RecordError) in
        try check(tgge_hdf5_start())
        let access = try HDF5Object(tgge_hdf5_file_access(), H5Pclose)
        if isShared, let handle { try check(tgge_hdf5_share(access.identifier, handle)) }
        let (name, flags) = (DurableFile.partial(path), tgge_hdf5_truncate())
        let file = H5Fcreate(name, flags, tgge_hdf5_default(), access.identifier)
        guard file >= 0 else { throw RecordError.hdf5() }
        return file
      }
    } catch {
      if communicator.rank == 0, room.isOwn(path) { unlink(DurableFile.partial(path)) }
      throw error
    }
    transfer = tgge_hdf5_transfer(isShared ? 1 : 0)
    descriptors = DurableFile.descriptors(of: path)
  }

  /// Completes the file and gives it its name, in place of an older one.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if the disk does not take it; an older file is left.
  public consuming func finish() throws {
    isFinished = true
    var isOpen = true
    do {
      H5Pclose(transfer)
      // Closing cannot be tried again, and a library with a file that it could not close crashes at its end.
      try perform { () throws(RecordError) in try check(H5Fflush(file, H5F_SCOPE_GLOBAL)) }
      try perform { () throws(RecordError) in
        try check(H5Fclose(file))
        isOpen = false
      }
      try agree { () throws(RecordError) in
        if communicator.rank == 0 { DurableFile.trim(path) }
        // Pages of another host are on the disk only when that host has asked for it.
        try DurableFile.synchronize(DurableFile.partial(path))
      }
      try agree { () throws(RecordError) in
        guard communicator.rank == 0 else { return }
        guard room.isOwn(path) else { throw RecordError(FileIdentity.takenOver) }
        try DurableFile.rename(DurableFile.partial(path), to: path)
      }
    } catch {
      discard(isOpen: isOpen)
      throw error
    }
  }

  /// Gives the file up.
  deinit { if !isFinished { discard(isOpen: true) } }

  /// Removes the file; what the library still writes to it goes to memory, since the disk may be full.
  ///
  /// That of several ranks is closed when MPI is finalised, on all of them together: here one might wait for another
  /// that has failed.
  ///
  /// - Parameter isOpen: Whether this rank has it open; its descriptors may be those of other files otherwise.
  private func discard(isOpen: Bool) {
    if isOpen { DurableFile.divert(descriptors) }
    if isOpen, communicator.size == 1 { H5Fclose(file) }
    if communicator.rank == 0, room.isOwn(path) { unlink(DurableFile.partial(path)) }
  }

  /// Runs calls of HDF5 on all ranks; if one fails, all throw.
  ///
  /// The room is there before any rank calls the library, since one that does not would leave the others waiting
  /// inside it.
  ///
  /// - Parameters:
  ///   - bytes: About how much longer the file becomes; by default as for an attribute.
  ///   - body: The calls.
  /// - Returns: What `body` returns.
  /// - Throws: `RecordError` or `RemoteFailure`.
  func perform<Result>(
    adding bytes: Int = 512,
    _ body: () throws(RecordError) -> Result
  ) throws -> Result {
    try agree { () throws(RecordError) in
      if communicator.rank == 0 { try room.add(bytes, of: path) }
    }
    return try agree(body)
  }

  private func agree<Result>(_ body: () throws(RecordError) -> Result) throws -> Result {
    try ResultFile.agree("\(path): cannot be written", over: communicator, body)
  }

  private static func agree<Result>(
    _ failure: String,
    over communicator: Group,
    _ body: () throws(RecordError) -> Result
  ) throws -> Result {
    try communicator.agree {
      do throws(RecordError) {
        return try body()
      } catch {
        throw RecordError("\(failure): \(error)")
      }
    }
  }
}

/// The room that the file has on its disk.
///
/// A write that fails inside HDF5 leaves it in a state in which it may crash at its end, or wait for another rank, so
/// that all room is reserved before. How long the file is only the library knows, and does not say while several ranks
/// write: it is counted.
private final class FileRoom {
  /// What the library may need besides, for what it writes by itself.
  private static let spare = 1 << 19

  private var bytes = 0
  private var identity: FileIdentity?

  /// Begins with an empty file.
  func begin(_ path: String) throws(RecordError) {
    identity = try DurableFile.reserve(FileRoom.spare, for: path)
  }

  /// Whether the file is still there, and not that of another run.
  func isOwn(_ path: String) -> Bool {
    identity != nil && identity == FileIdentity(at: DurableFile.partial(path))
  }

  /// Makes the file longer.
  func add(_ more: Int, of path: String) throws(RecordError) {
    bytes += more
    try DurableFile.reserve(bytes + FileRoom.spare, for: path, own: identity)
  }
}
