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
    file = try communicator.agree {
      do throws(RecordError) {
        try check(tgge_hdf5_start())
        let access = try HDF5Object(tgge_hdf5_file_access(), H5Pclose)
        if isShared, let handle { try check(tgge_hdf5_share(access.identifier, handle)) }
        let (name, flags) = (DurableFile.partial(path), tgge_hdf5_truncate())
        let file = H5Fcreate(name, flags, tgge_hdf5_default(), access.identifier)
        guard file >= 0 else { throw RecordError.hdf5() }
        return file
      } catch {
        throw RecordError("\(path): cannot be created: \(error)")
      }
    }
    transfer = tgge_hdf5_transfer(isShared ? 1 : 0)
  }

  /// Room on the disk that is left for what the library writes by itself.
  ///
  /// A write that fails inside HDF5 leaves it in a state in which it may crash at its end, so that a full
  /// disk is looked for before.
  private static var reserve: Int { 1 << 19 }

  /// Completes the file and gives it its name, in place of an older one.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if the disk does not take it; an older file is left.
  public consuming func finish() throws {
    isFinished = true
    do {
      H5Pclose(transfer)
      // Closing cannot be tried again, and a library with a file that it could not close crashes at its end.
      try perform { () throws(RecordError) in try check(H5Fflush(file, H5F_SCOPE_GLOBAL)) }
      try perform { () throws(RecordError) in try check(H5Fclose(file)) }
      try perform { () throws(RecordError) in
        // Pages of another host are on the disk only when that host has asked for it.
        try DurableFile.synchronize(DurableFile.partial(path))
      }
      try perform { () throws(RecordError) in
        guard communicator.rank == 0 else { return }
        try DurableFile.rename(DurableFile.partial(path), to: path)
      }
    } catch {
      discard()
      throw error
    }
  }

  /// Gives the file up.
  deinit { if !isFinished { discard() } }

  /// Removes the file, which stays open.
  ///
  /// The library closes it when MPI is finalised, on all ranks together: here one of them might wait for
  /// another that has failed. On a disk that is full it must find room then, which is what the file had.
  private func discard() {
    guard communicator.rank == 0 else { return }
    truncate(DurableFile.partial(path), 0)
    unlink(DurableFile.partial(path))
  }

  /// Runs calls of HDF5 on all ranks; if one fails, all throw.
  ///
  /// - Parameters:
  ///   - bytes: What all ranks together are about to write.
  ///   - body: The calls.
  /// - Returns: What `body` returns.
  /// - Throws: `RecordError` or `RemoteFailure`.
  func perform<Result>(
    writing bytes: Int = 0,
    _ body: () throws(RecordError) -> Result
  ) throws -> Result {
    let path = path
    return try communicator.agree {
      do throws(RecordError) {
        try DurableFile.requireRoom(bytes + ResultFile.reserve, for: path)
        return try body()
      } catch {
        throw RecordError("\(path): cannot be written: \(error)")
      }
    }
  }
}
