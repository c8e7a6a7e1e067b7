import Foundation

/// A file to which finished pieces of work are added one by one, and from which none is lost.
///
/// Each record has its length and a fingerprint, and is on the disk before `append` returns. A record that
/// was torn when its writer was killed is dropped, and with it what stands behind. One rank keeps the
/// ledger; the others are told.
///
///     "tggeLEDG", version of the format; then for each record: bytes, the record, fingerprint
public struct Ledger: ~Copyable {
  /// The file.
  public let path: String

  /// The records that were there, and those that were appended.
  public private(set) var records: [[UInt8]] = []

  /// How many bytes behind the last whole record were dropped.
  public private(set) var droppedBytes = 0

  private let file: SliceFile
  private var length: Int

  private static let version: UInt64 = 1
  private static let magic = Array("tggeLEDG".utf8)

  /// Opens a ledger, or begins one.
  ///
  /// - Parameter path: The file.
  /// - Throws: `RecordError` if it cannot be read or written, is no ledger, or one of a later version.
  public init(_ path: String) throws(RecordError) {
    self.path = path
    let file = try SliceFile(path, O_RDWR | O_CREAT)
    let bytes: [UInt8] = try file.read(try file.length, at: 0)
    var head = Ledger.magic
    head.append(Ledger.version)
    let isBegun = bytes.count >= head.count
    guard bytes.prefix(head.count).elementsEqual(head.prefix(bytes.count)) else {
      let isOurs = bytes.starts(with: Ledger.magic)
      throw RecordError(
        "\(path): is \(isOurs ? "a ledger of a later version of tgge" : "not a ledger of tgge")"
      )
    }
    var place = head.count
    if isBegun {
      while let record = Ledger.record(in: bytes, at: place, number: records.count) {
        place += record.count + 16
        records.append(record)
      }
      droppedBytes = bytes.count - place
    } else {
      try file.write(head, at: 0)
    }
    if bytes.count != place {
      try file.truncate(to: place)
      try file.synchronize()
      try DurableFile.synchronizeFolder(of: path)
    }
    length = place
    self.file = file
  }

  /// Adds a record.
  ///
  /// - Parameter record: Its bytes.
  /// - Throws: `RecordError` if it cannot be written; the ledger is then as it was.
  public mutating func append(_ record: [UInt8]) throws(RecordError) {
    var bytes: [UInt8] = []
    bytes.append(UInt64(record.count))
    bytes += record
    bytes.append(Ledger.fingerprint(of: record, number: records.count))
    do throws(RecordError) {
      try file.write(bytes, at: length)
      try file.synchronize()
    } catch {
      try file.truncate(to: length)
      throw error
    }
    length += bytes.count
    records.append(record)
  }

  /// The record at a place; `nil` if it is not whole.
  private static func record(in bytes: [UInt8], at place: Int, number: Int) -> [UInt8]? {
    var rest = bytes[place...]
    guard let count = rest.takeCount(), rest.count >= count + 8 else { return nil }
    let record = Array(rest.prefix(count))
    rest.removeFirst(count)
    guard rest.takeWord() == fingerprint(of: record, number: number) else { return nil }
    return record
  }

  /// A record is not taken for another one in its place.
  private static func fingerprint(of record: [UInt8], number: Int) -> UInt64 {
    Checksum.of([Checksum.of(record), UInt64(number)])
  }
}
