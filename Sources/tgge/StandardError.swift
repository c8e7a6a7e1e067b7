import Foundation

/// Writes to standard error what may be lost: a full disk under a log, or no standard error at all, ends no run.
enum StandardError {
  /// Writes a text as it is.
  static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      guard count > 0 || count < 0 && errno == EINTR else { return }
      bytes = bytes.dropFirst(max(0, count))
    }
  }
}
