public import Communication
import Foundation

/// Rows over the modes that must outlive a run that is killed, until they can be written elsewhere.
///
/// Each row is M doubles, or fewer, and a line of its own with its index and fingerprint, on the disk before
/// `write` returns. A file of results cannot be had in the middle of a run: HDF5 is torn when it is
/// killed.
///
/// That there is room is looked at once, before the work. A disk that is full all the same is an error of
/// the plain calls that write a row, unlike of HDF5, and leaves the rows before as they are.
public struct RowJournal<Group: Communicator> {
  /// The file.
  public let path: String

  private let communicator: Group
  private let modes: Int

  /// Names a journal; nothing is opened.
  ///
  /// - Parameters:
  ///   - path: The file, the same on all ranks.
  ///   - communicator: The ranks.
  ///   - modes: M, the length of the longest row.
  public init(_ path: String, over communicator: Group, of modes: Int) {
    self.path = path
    self.communicator = communicator
    self.modes = modes
  }

  /// Bytes of the line behind each row: index and fingerprint, twice.
  private static var lineBytes: Int { 32 }

  private var rowBytes: Int { 8 * modes + RowJournal.lineBytes }

  /// Writes a row.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - index: The number of the row; one that is there already is replaced.
  ///   - values: Its elements of the owned modes.
  ///   - owned: The modes that this rank has; none on ranks that have no part in the row.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write(
    _ index: Int,
    _ values: UnsafeBufferPointer<Double>,
    owned: Range<Int>
  ) throws {
    var isNew = false
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      isNew = access(path, F_OK) != 0
      _ = try SliceFile(path, O_WRONLY | O_CREAT)
    }
    try communicator.agree {
      let file = try SliceFile(path, O_WRONLY)
      let start = index * rowBytes + 8 * owned.lowerBound
      try file.write(UnsafeRawBufferPointer(values), at: start)
      if communicator.rank > 0 { try file.synchronize() }
    }
    let sum = try communicator.sum(Checksum.of(values, from: owned.lowerBound))
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      let file = try SliceFile(path, O_WRONLY)
      let line = [UInt64(index), sum, ~UInt64(index), ~sum].map(\.littleEndian)
      try file.write(line, at: index * rowBytes + 8 * modes)
      try file.synchronize()
      if isNew { try DurableFile.synchronizeFolder(of: path) }
    }
  }

  /// Reads a row.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - index: The number of the row.
  ///   - values: On return its elements of the owned modes.
  ///   - owned: The modes that this rank takes; those of all ranks are the row.
  /// - Throws: `RecordError` or `RemoteFailure` if it is not there or not what was written.
  public func read(
    _ index: Int,
    into values: UnsafeMutableBufferPointer<Double>,
    owned: Range<Int>
  ) throws {
    let line = try communicator.agree {
      let file = try SliceFile(path, O_RDONLY)
      let start = index * rowBytes + 8 * owned.lowerBound
      try file.read(UnsafeMutableRawBufferPointer(values), at: start)
      let line: [UInt64] = try file.read(4, at: index * rowBytes + 8 * modes)
      return line.map(UInt64.init(littleEndian:))
    }
    let sum = try communicator.sum(
      Checksum.of(UnsafeBufferPointer(values), from: owned.lowerBound)
    )
    try communicator.agree {
      guard line == [UInt64(index), sum, ~UInt64(index), ~sum] else {
        throw RecordError("\(path): row \(index) is not what was written")
      }
    }
  }

  /// Removes the file.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError`; that the file is not there or stays is no error.
  public func remove() throws {
    try communicator.agree { if communicator.rank == 0 { unlink(path) } }
  }
}
