internal import CMPI
public import Communication

/// A group of ranks that talk through MPI.
///
/// A small value around the library's handle. Not `Sendable`: there is one thread per rank, and the
/// compiler rejects sharing a communicator between tasks. `MPISession` gives out the world
/// communicator, `split` the others.
public struct MPICommunicator: Communicator {
  /// This rank, `0 ..< size`.
  public let rank: Int

  /// The number of ranks.
  public let size: Int

  /// Whether a rank that waits offers its core to others, since ranks outnumber cores somewhere.
  public let yieldsWhileWaiting: Bool

  /// The ranks of this host, inside of `sharingMemory`.
  public let host: MPIHost?

  /// The library's handle; a pointer in Open MPI, a number in MPICH.
  let handle: MPI_Comm

  /// The largest count that one call is given; beyond it, messages go in pieces or blocks.
  let maximumCount: Int

  /// Wraps a handle, so that its errors come back as return codes.
  ///
  /// Not collective.
  init(
    handle: MPI_Comm,
    yieldsWhileWaiting: Bool,
    maximumCount: Int = Int(Int32.max)
  ) throws(CommunicationError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    let errors = MPI_Comm_set_errhandler(handle, tgge_mpi_errors_return())
    try check(errors, "MPI_Comm_set_errhandler", rank: 0)
    try check(MPI_Comm_rank(handle, &rank), "MPI_Comm_rank", rank: 0)
    try check(MPI_Comm_size(handle, &size), "MPI_Comm_size", rank: Int(rank))
    self.init(
      handle: handle,
      rank: Int(rank),
      size: Int(size),
      host: nil,
      yieldsWhileWaiting: yieldsWhileWaiting,
      maximumCount: maximumCount
    )
  }

  private init(
    handle: MPI_Comm,
    rank: Int,
    size: Int,
    host: MPIHost?,
    yieldsWhileWaiting: Bool,
    maximumCount: Int
  ) {
    self.handle = handle
    self.rank = rank
    self.size = size
    self.host = host
    self.yieldsWhileWaiting = yieldsWhileWaiting
    self.maximumCount = maximumCount
  }

  /// The same group with another limit and way of waiting, so that tests reach the rare paths.
  ///
  /// All ranks must ask for the same.
  package func limited(
    to maximumCount: Int? = nil,
    yieldsWhileWaiting: Bool? = nil
  ) -> MPICommunicator {
    let limit = maximumCount ?? self.maximumCount
    precondition((1...Int(Int32.max)).contains(limit), "a count is a positive 32-bit integer")
    return MPICommunicator(
      handle: handle,
      rank: rank,
      size: size,
      host: host,
      yieldsWhileWaiting: yieldsWhileWaiting ?? self.yieldsWhileWaiting,
      maximumCount: limit
    )
  }

  /// The same group, whose ranks share memory with those of their host.
  func on(_ host: MPIHost) -> MPICommunicator {
    MPICommunicator(
      handle: handle,
      rank: rank,
      size: size,
      host: host,
      yieldsWhileWaiting: yieldsWhileWaiting,
      maximumCount: maximumCount
    )
  }
}

@available(*, unavailable)
extension MPICommunicator: Sendable {}
