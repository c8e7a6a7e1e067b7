/// The first bytes of a checkpoint.
///
///     0     "tggeCKPT"
///     8     version of the format, number of vectors, M, bytes of the content, fingerprint of the
///           vectors, fingerprint of the content, fingerprint of all before: words of eight bytes
///     4096  the vectors, M doubles each; the content
///
/// Numbers are little-endian. The file has the same bytes on any number of ranks.
struct CheckpointHeader: Equatable {
  /// The number of vectors over the modes.
  var vectors: Int

  /// M, the number of modes of all ranks.
  var modes: Int

  /// The bytes of the content.
  var contentBytes: Int

  /// The fingerprint of all vectors.
  var vectorSum: UInt64

  /// The fingerprint of the content.
  var contentSum: UInt64

  /// The version of the format that this program writes, and the latest that it reads.
  static let version: UInt64 = 1

  /// Where the vectors begin: whole pages of memory and sectors of disks.
  static let length = 4096

  private static let magic = Array("tggeCKPT".utf8)
  private static let words = 7

  /// Where a vector begins.
  func offset(ofVector index: Int) -> Int { CheckpointHeader.length + 8 * modes * index }

  /// Where the content begins.
  var contentOffset: Int { offset(ofVector: vectors) }

  /// The length of the file.
  var fileLength: Int { contentOffset + contentBytes }

  /// The header as bytes.
  var bytes: [UInt8] {
    var words = [
      CheckpointHeader.version, UInt64(vectors), UInt64(modes), UInt64(contentBytes), vectorSum,
      contentSum,
    ]
    words.append(Checksum.of(words))
    var bytes = CheckpointHeader.magic
    for word in words { bytes.append(word) }
    return bytes + [UInt8](repeating: 0, count: CheckpointHeader.length - bytes.count)
  }

  /// Creates a header.
  init(vectors: Int, modes: Int, contentBytes: Int, vectorSum: UInt64, contentSum: UInt64) {
    self.vectors = vectors
    self.modes = modes
    self.contentBytes = contentBytes
    self.vectorSum = vectorSum
    self.contentSum = contentSum
  }

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The beginning of the file.
  ///   - length: The length of the file; `nil` if another rank has compared it.
  /// - Throws: `CheckpointFlaw`.
  init(_ bytes: [UInt8], fileLength length: Int?) throws(CheckpointFlaw) {
    guard bytes.starts(with: CheckpointHeader.magic) else { throw .foreign }
    var rest = bytes.dropFirst(CheckpointHeader.magic.count)
    var words: [UInt64] = []
    while words.count < CheckpointHeader.words, let word = rest.takeWord() { words.append(word) }
    guard words.count == CheckpointHeader.words else { throw .damaged("it ends too early") }
    let sum = words.removeLast()
    guard sum == Checksum.of(words) else {
      // A later version may have another header, but it says so in the same place.
      let version = words[0]
      guard version > CheckpointHeader.version, version < 1000 else {
        throw .damaged("its header is not what was written")
      }
      throw .future(version)
    }
    guard words[0] <= CheckpointHeader.version else { throw .future(words[0]) }
    let counts = words[1...3].map { Int(exactly: $0) ?? .max }
    let length = length ?? .max
    let most = (length - CheckpointHeader.length) / 8
    guard counts[1] <= max(most, 0), counts[0] <= most / max(counts[1], 1), counts[2] <= length
    else { throw .damaged("it is shorter than it says") }
    self.init(
      vectors: counts[0],
      modes: counts[1],
      contentBytes: counts[2],
      vectorSum: words[4],
      contentSum: words[5]
    )
    guard length == .max || fileLength == length else {
      throw .damaged("it is shorter or longer than it says")
    }
  }
}

/// Why a file is no checkpoint to go on from.
public enum CheckpointFlaw: Error, Sendable, Equatable, CustomStringConvertible {
  /// It is not a checkpoint of this program.
  case foreign
  /// It was written by a later version of the program, in a format of this number.
  case future(UInt64)
  /// It is not what was written.
  case damaged(String)
  /// It cannot be read.
  case unreadable(String)

  /// What is wrong, to follow the name of the file.
  public var description: String {
    switch self {
    case .foreign: "is not a checkpoint of tgge"
    case .future(let version):
      "is a checkpoint of a later version of tgge (format \(version), this one reads up to "
        + "\(CheckpointHeader.version))"
    case .damaged(let what): "is damaged: \(what)"
    case .unreadable(let reason): "cannot be read: \(reason)"
    }
  }
}
