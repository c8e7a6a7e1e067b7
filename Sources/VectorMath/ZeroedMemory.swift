#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Memory of zeros, aligned to 64 bytes, that its owner frees.
///
/// From a few mebibytes on it is mapped, so that zeros are written by whoever uses a page first, and once; on
/// Linux in pages of 2 MiB where the system has them, of which a pass over many modes meets fewer.
struct ZeroedMemory {
  /// The first byte.
  let pointer: UnsafeMutableRawPointer

  /// All that was mapped.
  private let mapping: UnsafeMutableRawBufferPointer?

  private static let page = 1 << 21

  /// Allocates so many bytes.
  init(bytes: Int) {
    if bytes >= 2 * ZeroedMemory.page, let mapping = ZeroedMemory.map(bytes + ZeroedMemory.page),
      let start = mapping.baseAddress
    {
      let aligned = start.alignedUp(toMultipleOf: ZeroedMemory.page)
      #if os(Linux)
      madvise(aligned, bytes, MADV_HUGEPAGE)  // where that fails there are small pages
      #endif
      pointer = aligned
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

  private static func map(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let start, start != MAP_FAILED else { return nil }
    return UnsafeMutableRawBufferPointer(start: start, count: bytes)
  }
}
