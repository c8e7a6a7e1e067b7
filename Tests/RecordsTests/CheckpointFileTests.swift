import Communication
import Foundation
import Records
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointFileTests {
  /// A folder that is removed with its owner.
  private final class Folder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "tgge-\(UUID().uuidString)")
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appending(path: name).path }
    func bytes(_ name: String) -> [UInt8] {
      [UInt8](FileManager.default.contents(atPath: path(name)) ?? Data())
    }
    func write(_ bytes: [UInt8], to name: String) {
      _ = FileManager.default.createFile(atPath: path(name), contents: Data(bytes))
    }
    var names: Set<String> {
      Set((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [])
    }
  }

  private static let modes = 23
  private static let content = CheckpointContent(
    version: "1.2.3",
    entries: [.init(key: "lattice.modes[0]", value: "23"), .init(key: "ε", value: "")],
    words: [0, 1, .max, (-0.0).bitPattern, Double.nan.bitPattern]
  )

  private static func element(_ vector: Int, _ mode: Int) -> Double {
    mode == 5 ? -0.0 : Double(vector * 100 + mode).squareRoot()
  }

  private static func file<Group: Communicator>(
    _ path: String,
    _ group: Group
  ) -> CheckpointFile<Group> {
    let partition = Partition(momenta: modes, bands: 1, over: group)
    return CheckpointFile(path, over: group, owned: partition.owned, of: modes)
  }

  /// Writes two vectors from so many ranks.
  private static func write(
    _ path: String,
    ranks: Int,
    _ content: CheckpointContent = content,
    keepsFormer: Bool = true
  ) throws {
    _ = try InProcessCommunicator.run(ranks: ranks) { group in
      let owned = Partition(momenta: modes, bands: 1, over: group).owned
      let vectors = (0..<2).map { vector in owned.map { element(vector, $0) } }
      try vectors[0].withUnsafeBufferPointer { first in
        try vectors[1].withUnsafeBufferPointer { second in
          try file(path, group).write(content, [first, second], keepsFormer: keepsFormer)
        }
      }
    }
  }

  /// What one rank finds in a file.
  private static func read(_ path: String) throws -> Result<CheckpointContent, CheckpointFlaw>? {
    try file(path, SerialCommunicator()).read(path)
  }

  @Test("What P ranks write P′ ranks read, bit for bit", arguments: 1...4, [1, 2, 3, 4, 30])
  func roundTrip(writers: Int, readers: Int) throws {
    let folder = try Folder()
    let path = folder.path("state")
    try CheckpointFileTests.write(path, ranks: writers)
    #expect(folder.names == ["state"])
    let read = try InProcessCommunicator.run(ranks: readers) { group in
      let file = CheckpointFileTests.file(path, group)
      let content = try file.read(path)?.get()
      let owned = Partition(momenta: CheckpointFileTests.modes, bands: 1, over: group).owned
      var bits: [[UInt64]] = []
      for index in 0..<2 {
        var vector = [Double](repeating: 7, count: owned.count)
        try vector.withUnsafeMutableBufferPointer {
          try file.read(vector: index, of: path, into: $0)
        }
        bits.append(vector.map(\.bitPattern))
      }
      return (content, bits)
    }
    for (content, _) in read { #expect(content == CheckpointFileTests.content) }
    for index in 0..<2 {
      let all = read.flatMap { $0.1[index] }
      #expect(all == (0..<23).map { CheckpointFileTests.element(index, $0).bitPattern })
    }
  }

  @Test("The file has the same bytes on any number of ranks, and the former one is kept")
  func sameBytes() throws {
    let folder = try Folder()
    let path = folder.path("state")
    try CheckpointFileTests.write(path, ranks: 1)
    let alone = folder.bytes("state")
    var other = CheckpointFileTests.content
    other.words = []
    try CheckpointFileTests.write(path, ranks: 2, other)
    #expect(folder.names == ["state", "state.previous"])
    #expect(folder.bytes("state.previous") == alone)
    try CheckpointFileTests.write(path, ranks: 3, keepsFormer: false)
    #expect(folder.bytes("state") == alone)
    #expect(folder.bytes("state.previous") == alone)
    try CheckpointFileTests.file(path, SerialCommunicator()).remove()
    #expect(folder.names.isEmpty)
  }

  @Test("Each flipped bit that means something is found, and none changes what is read")
  func flippedBits() throws {
    let folder = try Folder()
    let path = folder.path("state")
    try CheckpointFileTests.write(path, ranks: 2)
    let good = folder.bytes("state")
    // The header's words, vectors and content; between 64 and 4096 there is nothing.
    for byte in Array(0..<64) + Array(4096..<good.count) {
      for bit in [byte % 8, (byte * 5 + 3) % 8] {
        var bad = good
        bad[byte] ^= 1 << UInt8(bit)
        folder.write(bad, to: "state")
        let found = try CheckpointFileTests.read(path)
        guard case .failure(let flaw) = found else {
          Issue.record("bit \(bit) of byte \(byte) went unseen")
          return
        }
        if byte < 8 { #expect(flaw == .foreign) }
      }
    }
  }

  @Test("A file cut short or longer is damaged, whatever its length")
  func truncations() throws {
    let folder = try Folder()
    let path = folder.path("state")
    try CheckpointFileTests.write(path, ranks: 1)
    let good = folder.bytes("state")
    for length in [8, 20, 63, 64, 100, 4095, 4096, 4100, good.count - 1, good.count + 1] {
      folder.write(Array((good + [0]).prefix(length)), to: "state")
      guard case .failure(.damaged) = try CheckpointFileTests.read(path) else {
        Issue.record("\(length) bytes of \(good.count) went unseen")
        return
      }
    }
    folder.write([], to: "state")
    #expect(try CheckpointFileTests.read(path) == .failure(.foreign))
    #expect(try CheckpointFileTests.read(folder.path("none")) == nil)
  }

  @Test("A foreign file, one of a later version and one that cannot be read are told apart")
  func flaws() throws {
    let folder = try Folder()
    let path = folder.path("state")
    folder.write(Array("lattice: {model: tight-binding}\n".utf8), to: "state")
    #expect(try CheckpointFileTests.read(path) == .failure(.foreign))
    try CheckpointFileTests.write(path, ranks: 1)
    var later = folder.bytes("state")
    later[8] = 2
    folder.write(later, to: "state")
    #expect(try CheckpointFileTests.read(path) == .failure(.future(2)))
    let found = try CheckpointFileTests.read(folder.url.path)
    guard case .failure(.unreadable) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test("Where it cannot be written all ranks throw, and the former one is as it was")
  func unwritable() throws {
    let folder = try Folder()
    let path = folder.path("none/state")
    for outcome in InProcessCommunicator.outcomes(
      ranks: 3,
      { group in
        let empty = UnsafeBufferPointer<Double>(start: nil, count: 0)
        let file = CheckpointFile(path, over: group, owned: 0..<0, of: 0)
        try file.write(CheckpointFileTests.content, [empty], keepsFormer: true)
      }
    ) {
      #expect(throws: (any Error).self) { try outcome.get() }
    }
  }

  @Test("Rows of a journal outlive their writer and show what was changed", arguments: 1...3)
  func journal(ranks: Int) throws {
    let folder = try Folder()
    let path = folder.path("rows")
    _ = try InProcessCommunicator.run(ranks: ranks) { group in
      let owned = Partition(momenta: 10, bands: 2, over: group).owned
      let journal = RowJournal(path, over: group, of: 20)
      for row in 0..<3 {
        try owned.map { CheckpointFileTests.element(row, $0) }.withUnsafeBufferPointer {
          try journal.write(row, $0, owned: owned)
        }
      }
    }
    func read(_ row: Int) throws -> [Double] {
      let journal = RowJournal(path, over: SerialCommunicator(), of: 20)
      var values = [Double](repeating: 0, count: 20)
      try values.withUnsafeMutableBufferPointer {
        try journal.read(row, into: $0, owned: 0..<20)
      }
      return values
    }
    for row in 0..<3 {
      #expect(try read(row) == (0..<20).map { CheckpointFileTests.element(row, $0) })
    }
    #expect(throws: RecordError.self) { try read(3) }
    var bytes = folder.bytes("rows")
    bytes[200] ^= 1
    folder.write(bytes, to: "rows")
    #expect(throws: Never.self) { try read(0) }
    #expect(throws: RecordError.self) { try read(1) }
  }
}
