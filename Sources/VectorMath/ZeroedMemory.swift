#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Memory of zeros, aligned to 64 bytes, that its owner frees.
///
/// From a few mebibytes on it is mapped, so that zeros are written by whoever uses a page first, and once; and in
/// pages of 2 MiB where the system has them to give, which takes a quarter of the time of so many small ones.
struct ZeroedMemory {
  /// The first byte.
  let pointer: UnsafeMutableRawPointer

  /// All that was mapped.
  private let mapping: UnsafeMutableRawBufferPointer?

  private static let hugePage = 1 << 21

  /// Allocates so many bytes; of what is mapped, up to the end of a large page.
  init(bytes: Int) {
    if bytes > 2 * ZeroedMemory.hugePage, let mapping = ZeroedMemory.map(bytes),
      let start = mapping.baseAddress
    {
      pointer = start.alignedUp(toMultipleOf: ZeroedMemory.hugePage)
      self.mapping = mapping
    } else {
      pointer = .allocate(byteCount: max(bytes, 1), alignment: 64)
      pointer.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      mapping = nil
    }
  }

  /// Gives the memory back.
  func free() {
    if let mapping {
      munmap(mapping.baseAddress, mapping.count)
    } else {
      pointer.deallocate()
    }
  }

  /// Maps so many bytes and as many more as a start at a large page, and an end at one, may take.
  private static func map(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    let count = (bytes + hugePage - 1) / hugePage * hugePage + hugePage
    let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let start, start != MAP_FAILED else { return nil }
    #if os(Linux)
    madvise(start, count, MADV_HUGEPAGE)  // a wish, which the system may not have
    #endif
    return UnsafeMutableRawBufferPointer(start: start, count: count)
  }
}
