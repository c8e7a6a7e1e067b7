internal import CMPI
import Communication

extension MPICommunicator {
  /// Runs `body` on the sub-group of the ranks that pass the same `color`, ordered by rank.
  ///
  /// Collective. The sub-group's handle is freed after `body`, also if that throws anything but a
  /// `CommunicationError`. If `body` throws on one rank, others may still wait for it inside: agree first.
  ///
  /// - Parameters:
  ///   - color: Which sub-group; a non-negative 32-bit integer.
  ///   - body: What to do there; its communicator must not escape.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, or `CommunicationError` if the sub-group cannot be made or freed.
  /// - Complexity: One Comm_split and one Comm_free.
  public func split<Result>(
    color: Int,
    _ body: (MPICommunicator) throws -> Result
  ) throws -> Result {
    precondition((0...Int(Int32.max)).contains(color), "a color is a non-negative 32-bit integer")
    var child = tgge_mpi_comm()
    let code = MPI_Comm_split(handle, Int32(color), Int32(rank), &child.handle)
    try check(code, "MPI_Comm_split", rank: rank)

    let outcome = Swift.Result {
      try body(
        MPICommunicator(
          handle: child.handle,
          yieldsWhileWaiting: yieldsWhileWaiting,
          maximumCount: maximumCount
        )
      )
    }
    // After a failure of MPI some ranks may never come to free it.
    if case .failure(let error) = outcome, error is CommunicationError { throw error }
    let freed = MPI_Comm_free(&child.handle)
    let result = try outcome.get()  // what went wrong in the body comes first
    try check(freed, "MPI_Comm_free", rank: rank)
    return result
  }
}
