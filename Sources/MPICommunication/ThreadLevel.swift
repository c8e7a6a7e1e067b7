internal import CMPI

/// How threads may use MPI, from the least to the most permissive.
public enum ThreadLevel: Int, Comparable, Sendable, CustomStringConvertible {
  /// There is one thread.
  case single
  /// Only the thread that initialised MPI calls it.
  case funneled
  /// Any thread, one at a time.
  case serialized
  /// Any thread at any time.
  case multiple

  /// Less permissive comes first.
  public static func < (left: ThreadLevel, right: ThreadLevel) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The name in the MPI standard.
  public var description: String {
    switch self {
    case .single: "MPI_THREAD_SINGLE"
    case .funneled: "MPI_THREAD_FUNNELED"
    case .serialized: "MPI_THREAD_SERIALIZED"
    case .multiple: "MPI_THREAD_MULTIPLE"
    }
  }

  /// The number that this library uses for it.
  var code: Int32 {
    switch self {
    case .single: tgge_mpi_thread_single()
    case .funneled: tgge_mpi_thread_funneled()
    case .serialized: tgge_mpi_thread_serialized()
    case .multiple: tgge_mpi_thread_multiple()
    }
  }

  /// The level of a number that this library returned; the standard has them increase.
  init(code: Int32) {
    self =
      [.multiple, .serialized, .funneled].first { (level: ThreadLevel) in code >= level.code }
      ?? .single
  }
}
