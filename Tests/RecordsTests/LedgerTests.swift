import Foundation
import Records
import Testing

@Suite("Ledgers")
struct LedgerTests {
  /// Runs `body` with the name of a file that is not there, and removes it.
  private func withPath(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "tgge-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
  }

  private static let records: [[UInt8]] = [
    Array("first".utf8), [], [0, 255, 7], Array("last".utf8),
  ]

  private func fill(_ path: String) throws {
    for record in LedgerTests.records {
      var ledger = try Ledger(path)
      try ledger.append(record)
    }
  }

  private func records(_ path: String) throws -> [[UInt8]] { try Ledger(path).records }

  private func bytes(_ path: String) -> [UInt8] {
    [UInt8](FileManager.default.contents(atPath: path) ?? Data())
  }

  private func write(_ bytes: some Sequence<UInt8>, _ path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
  }

  @Test("Records come back in their order, and more can follow")
  func order() throws {
    try withPath { path in
      let found1 = try records(path)
      #expect(found1 == [])
      try fill(path)
      var ledger = try Ledger(path)
      let (found, dropped) = (ledger.records, ledger.droppedBytes)
      #expect(found == LedgerTests.records)
      #expect(dropped == 0)
      try ledger.append([1])
      let longer = ledger.records
      #expect(longer == LedgerTests.records + [[1]])
      let found2 = try records(path)
      #expect(found2 == LedgerTests.records + [[1]])
    }
  }

  @Test("A last record that is torn at any byte is dropped, and the next takes its place")
  func torn() throws {
    try withPath { path in
      try fill(path)
      let whole = bytes(path)
      let last = LedgerTests.records[3].count + 16
      for cut in 1..<last {
        write(whole.dropLast(cut), path)
        var ledger = try Ledger(path)
        let (found, dropped) = (ledger.records, ledger.droppedBytes)
        #expect(found == Array(LedgerTests.records.prefix(3)))
        #expect(dropped == last - cut)
        try ledger.append(LedgerTests.records[3])
        #expect(bytes(path) == whole)
      }
    }
  }

  @Test("A flipped bit never brings back another record")
  func flipped() throws {
    try withPath { path in
      try fill(path)
      let whole = bytes(path)
      for byte in 16..<whole.count {
        var bad = whole
        bad[byte] ^= 1 << UInt8(byte % 8)
        write(bad, path)
        let found = try records(path)
        #expect(found.count < 4 && found == Array(LedgerTests.records.prefix(found.count)))
      }
    }
  }

  @Test("Other files, and ledgers of later versions, are refused and left alone")
  func foreign() throws {
    try withPath { path in
      for text in ["lattice: {}\n", "tggeLEDG\u{2}0000000"] {
        write(text.utf8, path)
        #expect(throws: RecordError.self) { try records(path) }
        #expect(bytes(path) == Array(text.utf8))
      }
      write("tggeL".utf8, path)
      let found3 = try records(path)
      #expect(found3 == [])
    }
  }
}
