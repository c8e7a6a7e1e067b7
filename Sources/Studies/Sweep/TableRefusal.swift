import Communication

/// A point needs tables of all modes for which there is no memory; every rank finds the same.
///
/// It is no outcome of the point, which is found where there is more memory.
public struct TableRefusal: Error, Sendable, Equatable {
  /// The point of a sweep.
  public internal(set) var point: Int?

  /// One line for the user, the same on all ranks.
  public let cause: String

  init(_ cause: String) { self.cause = cause }

  /// Reads what `message` wrote; `nil` if it is the message of an outcome.
  init?(message: [UInt8]) {
    guard message.first == TableRefusal.mark, message.count >= 9 else { return nil }
    let place = message[1..<9].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    point = place == .max ? nil : Int(place)
    cause = String(decoding: message.dropFirst(9), as: UTF8.self)
  }

  /// The refusal as bytes for ranks of other groups, which no outcome begins with.
  var message: [UInt8] {
    let place = point.map { UInt64($0) } ?? .max
    let bytes = withUnsafeBytes(of: place.littleEndian) { Array($0) }
    return [TableRefusal.mark] + bytes + Array(cause.utf8)
  }

  private static let mark: UInt8 = 2
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
