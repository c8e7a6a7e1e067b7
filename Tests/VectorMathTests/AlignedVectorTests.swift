import Foundation
import Testing
import VectorMath

@Suite("Aligned vector")
struct AlignedVectorTests {
  @Test("A new vector is zero, padding included", arguments: [0, 1, 7, 8, 9, 100])
  func zeros(_ count: Int) {
    let vector = AlignedVector(count: count)
    #expect(vector.count == count)
    for index in 0..<vector.paddedCount { #expect(vector[index] == 0) }
  }

  @Test("Large vectors are zeros, too, can be written to their ends, and come back as zeros")
  func large() {
    for _ in 0..<3 {
      let vector = AlignedVector(count: 1_234_567)
      for index in 0..<vector.paddedCount where vector[index] != 0 { Issue.record("\(index)") }
      for index in 0..<vector.paddedCount { vector[index] = 1 }
      #expect(vector.buffer.allSatisfy { $0 == 1 })
    }
  }

  @Test("Elements are aligned to 64 bytes", arguments: [1, 8, 1000, 1_000_000])
  func alignment(_ count: Int) {
    let vector = AlignedVector(count: count)
    #expect(Int(bitPattern: vector.pointer) % 64 == 0)
  }

  #if os(Linux)
  @Test("Large vectors ask for large pages", arguments: [1_000_000, 5_000_000])
  func largePages(_ count: Int) throws {
    let vector = AlignedVector(count: count)
    let address = UInt(bitPattern: vector.pointer)
    #expect(address % (2 << 20) == 0)
    let feature = "/sys/kernel/mm/transparent_hugepage"
    guard FileManager.default.fileExists(atPath: feature) else { return }
    let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
    let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    // A line with the addresses of a mapping goes before those that describe it.
    var isOwn = false
    let flags = text.split(separator: "\n").first { line in
      if let range = line.firstMatch(of: #/^([0-9a-f]+)-([0-9a-f]+) /#),
        let start = UInt(range.1, radix: 16), let end = UInt(range.2, radix: 16)
      {
        isOwn = (start..<end).contains(address)
      }
      return isOwn && line.hasPrefix("VmFlags:")
    }
    #expect(flags?.contains(" hg") == true, "\(flags ?? "no mapping")")
  }
  #endif

  @Test(
    "Padding fills whole blocks",
    arguments: [(0, 8, 0), (1, 8, 8), (8, 8, 8), (9, 8, 16), (1, 512, 512), (513, 512, 1024)]
  )
  func padding(_ count: Int, _ block: Int, _ padded: Int) {
    let vector = AlignedVector(count: count, block: block)
    #expect(vector.paddedCount == padded)
  }

  @Test("A vector of an array has its elements, and zeros behind")
  func elements() {
    let vector = AlignedVector([1, 2, 3])
    #expect(Array(vector.buffer) == [1, 2, 3])
    for index in 3..<8 { #expect(vector[index] == 0) }
  }

  @Test("A copy has the same elements in memory of its own")
  func copy() {
    let original = AlignedVector([1, 2, 3, 4, 5, 6, 7, 8, 9])
    let copy = AlignedVector(count: 9)
    copy.copy(from: original)
    original[8] = 0
    #expect(Array(copy.buffer) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
  }
}
