internal import CMPI
import Communication

/// Throws unless an MPI call succeeded: the one place where return codes are looked at.
///
/// - Parameters:
///   - code: What the call returned.
///   - call: Its name, for the message.
///   - rank: The rank that made it.
/// - Throws: `CommunicationError` with what the library says about the code.
func check(_ code: Int32, _ call: StaticString, rank: Int) throws(CommunicationError) {
  guard code != tgge_mpi_success() else { return }
  throw CommunicationError(call: "\(call)", rank: rank, reason: reason(of: code))
}

/// What the library says about a return code.
private func reason(of code: Int32) -> String {
  let text = mpiText(capacity: tgge_mpi_max_error_string()) { MPI_Error_string(code, $0, $1) }
  return text ?? "error \(code)"
}

/// A text that an MPI call writes into a buffer; `nil` if the call fails.
func mpiText(
  capacity: Int32,
  _ write: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
) -> String? {
  // One more than the standard asks for, and zeros: some libraries forget the final one.
  var characters = [CChar](repeating: 0, count: Int(capacity) + 1)
  var length: Int32 = 0
  let code = characters.withUnsafeMutableBufferPointer { buffer in
    buffer.baseAddress.map { write($0, &length) }
  }
  guard code == tgge_mpi_success() else { return nil }
  let bytes = characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
  return String(decoding: bytes, as: UTF8.self)
}
