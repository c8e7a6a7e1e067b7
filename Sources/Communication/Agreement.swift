/// Another rank has failed; its message, so that all ranks stop with the same one.
public struct RemoteFailure: Error, Sendable, CustomStringConvertible {
  /// The lowest rank that failed.
  public let rank: Int

  /// What it said.
  public let message: String

  /// One line for the user.
  public var description: String { "rank \(rank): \(message)" }
}

extension Communicator {
  /// Runs `body` on each rank; if it throws on one of them, all throw.
  ///
  /// Collective. A rank whose `body` threw throws that error, the others a `RemoteFailure` with the
  /// message of the lowest failing rank. `body` must not communicate.
  ///
  /// - Complexity: One Allreduce, and on failure two broadcasts.
  public func agree<Result>(_ body: () throws -> Result) throws -> Result {
    let outcome = Swift.Result(catching: body)
    // The lowest failing rank r gives the largest size − r.
    var own: Int64 = 0
    if case .failure = outcome { own = Int64(size - rank) }
    let verdict = try maximum(own)
    guard verdict > 0 else { return try outcome.get() }
    let failing = size - Int(verdict)

    var message: [UInt8] = []
    if rank == failing, case .failure(let error) = outcome { message = Array("\(error)".utf8) }
    try broadcast(&message, from: failing)
    if case .failure(let error) = outcome { throw error }
    throw RemoteFailure(rank: failing, message: String(decoding: message, as: UTF8.self))
  }

  /// The maximum of one number over the ranks.
  ///
  /// Collective.
  public func maximum<Element: CommunicationElement>(
    _ value: Element
  ) throws(CommunicationError) -> Element {
    var single: InlineArray<1, Element> = [value]
    var span = single.mutableSpan
    try maximum(&span)
    return span[0]
  }

  /// The sum of one number over the ranks.
  ///
  /// Collective.
  public func sum<Element: CommunicationElement>(
    _ value: Element
  ) throws(CommunicationError) -> Element {
    var single: InlineArray<1, Element> = [value]
    var span = single.mutableSpan
    try sum(&span)
    return span[0]
  }

  /// Copies bytes of any length from `root` to all ranks.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - bytes: On `root` what to send; on return the same everywhere.
  ///   - root: The rank that sends.
  /// - Throws: `CommunicationError` if a broadcast fails.
  public func broadcast(_ bytes: inout [UInt8], from root: Int) throws(CommunicationError) {
    var count: InlineArray<1, Int64> = [Int64(bytes.count)]
    var span = count.mutableSpan
    try broadcast(&span, from: root)
    if rank != root { bytes = [UInt8](repeating: 0, count: Int(span[0])) }
    guard span[0] > 0 else { return }
    var elements = bytes.mutableSpan
    try broadcast(&elements, from: root)
  }
}
