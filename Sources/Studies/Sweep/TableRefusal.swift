import Communication

/// A point needs tables of all modes for which there is no memory; every rank finds the same.
///
/// It is no outcome of the point, which is found where there is more memory.
public struct TableRefusal: Error, Sendable, Equatable {
  /// The point of a sweep.
  public package(set) var point: Int?

  /// One line for the user, the same on all ranks.
  public let cause: String

  package init(_ cause: String) { self.cause = cause }
}

extension Communicator {
  /// What is to be said of an error that the ranks share, for which each has words of its own: those of the first rank.
  ///
  /// Collective.
  func sharedMessage(of error: any Error) throws(CommunicationError) -> String {
    var message = Array(((error as? RemoteFailure)?.message ?? "\(error)").utf8)
    try broadcast(&message, from: 0)
    return String(decoding: message, as: UTF8.self)
  }
}
