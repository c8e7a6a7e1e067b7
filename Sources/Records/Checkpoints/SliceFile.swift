internal import CFiles
import Foundation

/// A file that several ranks write or read at the same time, each its own bytes, by offsets.
///
/// Plain calls of the system: they do the same on a local disk and on the file systems of clusters, and
/// what is on the disk after `synchronize` is known.
struct SliceFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: Its name.
  ///   - flags: As of `open`.
  /// - Throws: `RecordError` with the system's reason.
  init(_ path: String, _ flags: Int32) throws(RecordError) {
    self.path = path
    descriptor = open(path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("\(path): cannot be opened") }
  }

  deinit { close(descriptor) }

  /// Which file it is.
  var identity: FileIdentity? { FileIdentity(of: descriptor) }

  /// The length of the file in bytes.
  var length: Int {
    get throws(RecordError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .system("\(path): cannot be read") }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw RecordError("\(path): is not a file")
      }
      return Int(status.st_size)
    }
  }

  /// Sets the length of the file.
  func truncate(to bytes: Int) throws(RecordError) {
    guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw cannotWrite }
  }

  /// Writes all bytes at an offset.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(RecordError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let rest = bytes.count - done
      let count = pwrite(descriptor, start + done, rest, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw cannotWrite }
      done += count
    }
  }

  /// Lets the disk begin with bytes that were written; `synchronize` has less to wait for then.
  func startWriting(_ count: Int, at offset: Int) {
    tgge_file_start_writing(descriptor, Int64(offset), Int64(count))
  }

  /// Writes the bytes of an array.
  borrowing func write<Element: BitwiseCopyable>(
    _ elements: [Element],
    at offset: Int
  ) throws(RecordError) {
    var failure: RecordError?
    elements.withUnsafeBytes { bytes in
      do throws(RecordError) { try write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// As many elements as are asked for, from an offset on.
  borrowing func read<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ count: Int,
    at offset: Int
  ) throws(RecordError) -> [Element] {
    var elements = [Element](repeating: 0, count: count)
    var failure: RecordError?
    elements.withUnsafeMutableBytes { bytes in
      do throws(RecordError) { try read(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    return elements
  }

  /// Fills a buffer with the bytes from an offset on.
  func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(RecordError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let rest = bytes.count - done
      let count = pread(descriptor, start + done, rest, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("\(path): cannot be read") }
      guard count > 0 else { throw RecordError("\(path): ends too early") }
      done += count
    }
  }

  /// Waits until everything is on the disk.
  func synchronize() throws(RecordError) {
    guard fsync(descriptor) == 0 else { throw cannotWrite }
  }

  private var cannotWrite: RecordError { .system("\(path): cannot be written") }
}
