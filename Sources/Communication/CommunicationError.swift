/// A communication call failed on this rank; the communicator must not be used again.
public struct CommunicationError: Error, Sendable, CustomStringConvertible {
  /// The call that failed, for instance `MPI_Allreduce`.
  public let call: String

  /// The rank on which it failed.
  public let rank: Int

  /// What the library said.
  public let reason: String

  /// Creates the error of a failed call.
  public init(call: String, rank: Int, reason: String) {
    self.call = call
    self.rank = rank
    self.reason = reason
  }

  /// One line for the user.
  public var description: String { "\(call) failed on rank \(rank): \(reason)" }
}
