import Communication
import Foundation

extension CheckpointFile {
  /// What a file holds, if it is a checkpoint that is whole.
  ///
  /// Collective: all ranks read all of it, each its own slice.
  ///
  /// - Parameter name: The file, `path` or its former one.
  /// - Returns: The content, the same on all ranks; `nil` if there is no file; or why it cannot be used.
  /// - Throws: `CommunicationError` if a collective fails.
  public func read(
    _ name: String
  ) throws -> Result<CheckpointContent, CheckpointFlaw>? {
    // The first rank reads the header and the content; the others get its verdict and the bytes.
    var found: Result<(CheckpointHeader, [UInt8]), CheckpointFlaw>?
    if communicator.rank == 0 { found = CheckpointFile.head(of: name) }
    var bytes: [UInt8] = []
    switch found {
    case nil: bytes = [0]
    case .failure(let flaw): bytes = [1] + CheckpointFile.encoded(flaw)
    case .success((let header, let content)): bytes = [2] + header.bytes + content
    }
    try communicator.broadcast(&bytes, from: 0)
    switch bytes[0] {
    case 0: return nil
    case 1: return .failure(CheckpointFile.decoded(Array(bytes.dropFirst())))
    default: break
    }
    let start = 1 + CheckpointHeader.length
    let content = Array(bytes[start...])
    let head = Array(bytes[1..<start])
    guard let header = try? CheckpointHeader(head, fileLength: nil),
      let value = CheckpointContent(content)
    else { return .failure(.damaged("its content is not of the form that was written")) }
    guard header.modes == modes else {
      // Of another deck, which its entries will tell.
      return .success(value)
    }

    // All ranks look at their slices, and add up what they find.
    var sum: UInt64 = 0
    var failure: RecordError?
    do throws(RecordError) { sum = try checksum(of: name, header) } catch { failure = error }
    let whole = try communicator.sum(sum)
    if try communicator.maximum(failure == nil ? 0 : 1 as Int64) > 0 {
      return .failure(.unreadable(failure?.description ?? "another rank cannot read it"))
    }
    guard whole == header.vectorSum else {
      return .failure(.damaged("its vectors are not what was written"))
    }
    return .success(value)
  }

  /// Reads a vector of a checkpoint that `read` has found whole.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - index: The place of the vector.
  ///   - name: The file.
  ///   - vector: On return its elements of the owned modes.
  /// - Throws: `RecordError` on ranks that could not read, `RemoteFailure` on the others.
  public func read(
    vector index: Int,
    of name: String,
    into vector: UnsafeMutableBufferPointer<Double>
  ) throws {
    try communicator.agree {
      precondition(vector.count == owned.count, "an element for each owned mode")
      let file = try SliceFile(name, O_RDONLY)
      let start = CheckpointHeader.length + 8 * (modes * index + owned.lowerBound)
      try file.read(UnsafeMutableRawBufferPointer(vector), at: start)
    }
  }

  /// Header and content of a file; `nil` if it is not there.
  private static func head(
    of name: String
  ) -> Result<(CheckpointHeader, [UInt8]), CheckpointFlaw>? {
    guard access(name, F_OK) == 0 else { return nil }
    do throws(RecordError) {
      let file = try SliceFile(name, O_RDONLY)
      let length = try file.length
      let head: [UInt8] = try file.read(min(length, CheckpointHeader.length), at: 0)
      let header: CheckpointHeader
      do throws(CheckpointFlaw) {
        header = try CheckpointHeader(head, fileLength: length)
      } catch {
        return .failure(error)
      }
      let content: [UInt8] = try file.read(header.contentBytes, at: header.contentOffset)
      guard Checksum.of(content) == header.contentSum else {
        return .failure(.damaged("its content is not what was written"))
      }
      return .success((header, content))
    } catch {
      return .failure(.unreadable(error.description))
    }
  }

  /// This rank's share of the fingerprint of all vectors.
  private func checksum(
    of name: String,
    _ header: CheckpointHeader
  ) throws(RecordError) -> UInt64 {
    let file = try SliceFile(name, O_RDONLY)
    var sum: UInt64 = 0
    let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: CheckpointFile.block)
    defer { block.deallocate() }
    for index in 0..<header.vectors {
      for first in stride(from: owned.lowerBound, to: owned.upperBound, by: block.count) {
        let count = min(block.count, owned.upperBound - first)
        let part = UnsafeMutableBufferPointer(rebasing: block[..<count])
        let start = header.offset(ofVector: index) + 8 * first
        try file.read(UnsafeMutableRawBufferPointer(part), at: start)
        sum &+= Checksum.of(UnsafeBufferPointer(part), from: index * modes + first)
      }
    }
    return sum
  }

  private static func encoded(_ flaw: CheckpointFlaw) -> [UInt8] {
    switch flaw {
    case .foreign: [0]
    case .future(let version): [1] + withUnsafeBytes(of: version.littleEndian) { Array($0) }
    case .damaged(let what): [2] + what.utf8
    case .unreadable(let reason): [3] + reason.utf8
    }
  }

  private static func decoded(_ bytes: [UInt8]) -> CheckpointFlaw {
    var rest = bytes.dropFirst()
    switch bytes.first {
    case 0: return .foreign
    case 1: return .future(rest.takeWord() ?? 0)
    case 2: return .damaged(String(decoding: rest, as: UTF8.self))
    default: return .unreadable(String(decoding: rest, as: UTF8.self))
    }
  }
}
