public import Communication
import Foundation

/// A checkpoint: vectors over the modes, of which each rank writes and reads its own slice, and what all
/// ranks know.
///
/// Written beside the former one, brought to the disk and then renamed, so that at any moment one of the
/// two is whole; the former stays as `path.previous`.
public struct CheckpointFile<Group: Communicator> {
  /// The file.
  public let path: String

  let communicator: Group
  let owned: Range<Int>
  let modes: Int

  /// Names a checkpoint; nothing is opened.
  ///
  /// - Parameters:
  ///   - path: The file, the same on all ranks.
  ///   - communicator: The ranks.
  ///   - owned: The modes that this rank owns.
  ///   - modes: M, the number of modes of all ranks.
  public init(_ path: String, over communicator: Group, owned: Range<Int>, of modes: Int) {
    self.path = path
    self.communicator = communicator
    self.owned = owned
    self.modes = modes
  }

  /// The elements that are written or read at a time, a mebibyte.
  static var block: Int { 1 << 17 }

  /// What the former checkpoint is called.
  public static func previous(_ path: String) -> String { path + ".previous" }

  /// What a checkpoint is called while it is written.
  public static func partial(_ path: String) -> String { DurableFile.partial(path) }

  /// The bytes of a checkpoint with so many vectors and little else.
  public static func estimatedBytes(vectors: Int, modes: Int) -> Double {
    Double(CheckpointHeader.length) + 8 * Double(vectors) * Double(modes)
  }

  /// Writes a checkpoint.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - content: What all ranks know, the same on all.
  ///   - vectors: Vectors of the owned modes.
  ///   - keepsFormer: Whether the file that has the name now becomes `path.previous`; else it is replaced,
  ///     and `path.previous` left as it is.
  /// - Throws: `RecordError` on ranks that could not write, `RemoteFailure` on the others; the former
  ///   checkpoint is then as it was.
  /// - Complexity: One pass over the vectors, one write of each, an fsync on each rank; four Allreduce.
  public func write(
    _ content: CheckpointContent,
    _ vectors: [UnsafeBufferPointer<Double>],
    keepsFormer: Bool
  ) throws {
    let partial = DurableFile.partial(path)
    let bytes = content.bytes
    var header = CheckpointHeader(
      vectors: vectors.count,
      modes: modes,
      contentBytes: bytes.count,
      vectorSum: 0,
      contentSum: Checksum.of(bytes)
    )
    var own: FileIdentity?
    do {
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        unlink(partial)
        let file = try SliceFile(partial, O_WRONLY | O_CREAT | O_EXCL)
        own = file.identity
        try file.truncate(to: header.fileLength)
      }
      var sum: UInt64 = 0
      // The first rank's stays open: what a disk does not take later is told to those who have the file.
      var open: SliceFile?
      try communicator.agree {
        let file = try SliceFile(partial, O_WRONLY)
        for (index, vector) in vectors.enumerated() {
          sum &+= try write(vector, index, header, to: file)
        }
        // Each rank waits for what it has written: another host knows nothing of its pages.
        if communicator.rank > 0 { try file.synchronize() }
        open = consume file
      }
      header.vectorSum = try communicator.sum(sum)
      try communicator.agree {
        guard communicator.rank == 0, let file = open.take() else { return }
        try file.write(bytes, at: header.contentOffset)
        try file.write(header.bytes, at: 0)
        try file.synchronize()
        guard FileIdentity(at: partial) == own else {
          throw RecordError("\(path): \(FileIdentity.takenOver)")
        }
        if keepsFormer { try CheckpointFile.keepFormer(path) }
        try DurableFile.rename(partial, to: path)
      }
    } catch {
      if communicator.rank == 0, own != nil, FileIdentity(at: partial) == own { unlink(partial) }
      throw error
    }
  }

  /// Writes this rank's slice of a vector, and returns its share of the fingerprint.
  ///
  /// In blocks: while one rank has the file, the others compute, and find their block in the cache; the disk
  /// takes the first ones meanwhile.
  private func write(
    _ vector: UnsafeBufferPointer<Double>,
    _ index: Int,
    _ header: CheckpointHeader,
    to file: borrowing SliceFile
  ) throws(RecordError) -> UInt64 {
    precondition(vector.count == owned.count, "an element for each owned mode")
    var sum: UInt64 = 0
    for first in stride(from: 0, to: vector.count, by: CheckpointFile.block) {
      let last = min(first + CheckpointFile.block, vector.count)
      let part = UnsafeBufferPointer(rebasing: vector[first..<last])
      let mode = owned.lowerBound + first
      let start = header.offset(ofVector: index) + 8 * mode
      try file.write(UnsafeRawBufferPointer(part), at: start)
      file.startWriting(8 * part.count, at: start)
      sum &+= Checksum.of(part, from: index * modes + mode)
    }
    return sum
  }

  /// Gives the former checkpoint a second name, so that at any moment a whole one has the first.
  private static func keepFormer(_ path: String) throws(RecordError) {
    guard access(path, F_OK) == 0 else { return }
    let previous = previous(path)
    unlink(previous)
    if link(path, previous) == 0 { return }
    // Where a file has one name only, it goes without the first for a moment.
    guard Foundation.rename(path, previous) == 0 else {
      throw .system("\(previous): cannot be written")
    }
  }

  /// Removes a checkpoint, its former one, and what is left of one that was not completed.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError`; that a file is not there or stays is no error.
  public func remove() throws {
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      unlink(path)
      unlink(CheckpointFile.previous(path))
      unlink(CheckpointFile.partial(path))
    }
  }
}
