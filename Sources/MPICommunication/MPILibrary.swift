internal import CMPI
import Communication

/// The MPI library of the running process, for `tgge doctor`.
public struct MPILibrary: Sendable {
  /// The library whose header this binary was compiled with, for instance `Open MPI 4.1.4`.
  public static var builtWith: String { String(cString: tgge_mpi_built_with()) }

  /// The first line of what the running library says of itself.
  public let version: String

  /// The version of the MPI standard, for instance `3.1`.
  public let standard: String

  /// How threads may use it.
  public let threads: ThreadLevel

  /// The host of this rank.
  public let host: String

  /// Asks the running library.
  ///
  /// Not collective; between initialise and finalise only.
  ///
  /// - Throws: `CommunicationError` if a query fails.
  public init(asking communicator: MPICommunicator) throws(CommunicationError) {
    let rank = communicator.rank
    let text = mpiText(capacity: tgge_mpi_max_library_version_string()) {
      MPI_Get_library_version($0, $1)
    }
    let line = text?.split(whereSeparator: \.isNewline).first ?? "unknown"
    version = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")

    var major: Int32 = 0
    var minor: Int32 = 0
    try check(MPI_Get_version(&major, &minor), "MPI_Get_version", rank: rank)
    standard = "\(major).\(minor)"

    var provided: Int32 = 0
    try check(MPI_Query_thread(&provided), "MPI_Query_thread", rank: rank)
    threads = ThreadLevel(code: provided)

    host =
      mpiText(capacity: tgge_mpi_max_processor_name()) { MPI_Get_processor_name($0, $1) }
      ?? "unknown"
  }
}
