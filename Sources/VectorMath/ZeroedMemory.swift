#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Memory of zeros, aligned to 64 bytes, that its owner frees.
///
/// From a few mebibytes on it is mapped, so that zeros are written by whoever uses a page first, and once. Pages of
/// 2 MiB (MADV_HUGEPAGE) were no faster, and much slower where the system had to make them first.
struct ZeroedMemory {
  /// The first byte.
  let pointer: UnsafeMutableRawPointer

  /// All that was mapped.
  private let mapping: UnsafeMutableRawBufferPointer?

  private static let largest = 1 << 22

  /// Allocates so many bytes.
  init(bytes: Int) {
    if bytes > ZeroedMemory.largest, let mapping = ZeroedMemory.map(bytes),
      let start = mapping.baseAddress
    {
      pointer = start
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
