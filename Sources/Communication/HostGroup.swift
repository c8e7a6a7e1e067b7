/// The ranks of one host, which hold vectors over all modes together instead of one copy each.
///
/// What one rank writes the others may read after the next `synchronise` or `gather`, and what a rank reads
/// the others may write after it.
public protocol HostGroup {
  /// The place of this rank among those of its host.
  var rank: Int { get }

  /// The number of ranks on this host.
  var size: Int { get }

  /// The ranks of each host in ascending order; the hosts by their first ranks.
  var ranksOfHosts: [[Int]] { get }

  /// Memory that the ranks of each host share, all of it zero.
  ///
  /// Collective over all ranks of all hosts. The host keeps it until the group ends; the vector gives it back
  /// for the next one, on all ranks in the same order.
  ///
  /// - Parameter count: How many doubles.
  /// - Returns: The memory, at another address on each rank.
  /// - Throws: `SharedMemoryError` or `RemoteFailure` if a host cannot give so much, alike on all ranks;
  ///   `CommunicationError`.
  func allocate(count: Int) throws -> SharedVector

  /// Waits until all ranks of this host have arrived; what they have written can be read then.
  ///
  /// Collective over the ranks of this host.
  func synchronise(_ vector: borrowing SharedVector) throws(CommunicationError)

  /// Completes the beginning of a vector, of which the ranks of each host have filled their slice.
  ///
  /// Collective over all ranks of all hosts. The first ranks of the hosts exchange the slices.
  ///
  /// - Parameters:
  ///   - vector: Its first `layout.count` elements are exchanged.
  ///   - layout: Which host has filled which elements, in the order of `ranksOfHosts`.
  /// - Throws: `CommunicationError` if the exchange fails.
  /// - Complexity: Two barriers of the ranks of a host, one Allgather of as many ranks as there are hosts; with
  ///   one host, one barrier.
  func gather(
    _ vector: borrowing SharedVector,
    layout: SliceLayout
  ) throws(CommunicationError)
}

/// The host of a communicator whose ranks share no memory: there is none.
public enum NoHost: HostGroup {
  /// Never called.
  public var rank: Int { switch self {} }
  /// Never called.
  public var size: Int { switch self {} }
  /// Never called.
  public var ranksOfHosts: [[Int]] { switch self {} }
  /// Never called.
  public func allocate(count: Int) throws -> SharedVector { switch self {} }
  /// Never called.
  public func synchronise(_ vector: borrowing SharedVector) throws(CommunicationError) {
    switch self {}
  }
  /// Never called.
  public func gather(
    _ vector: borrowing SharedVector,
    layout: SliceLayout
  ) throws(CommunicationError) { switch self {} }
}

extension Communicator where Host == NoHost {
  /// None: each rank has memory of its own.
  public var host: NoHost? { nil }
}

/// Doubles in memory that the ranks of a host share; gives it back at its end.
public struct SharedVector: ~Copyable {
  /// The elements, at another address on each rank; element 0 is aligned to 64 bytes.
  public let pointer: UnsafeMutablePointer<Double>

  /// The number of elements.
  public let count: Int

  /// Which piece of the host's memory this is.
  public let place: Int

  private let isInUse: UnsafeMutablePointer<Bool>

  /// Takes a piece of memory into use, until the end of this vector.
  public init(
    _ pointer: UnsafeMutablePointer<Double>,
    count: Int,
    place: Int,
    isInUse: UnsafeMutablePointer<Bool>
  ) {
    self.pointer = pointer
    self.count = count
    self.place = place
    self.isInUse = isInUse
    isInUse.pointee = true
  }

  deinit { isInUse.pointee = false }
}

/// A host cannot give the memory that its ranks want to share.
public struct SharedMemoryError: Error, Sendable, CustomStringConvertible {
  /// One line for the user.
  public let description: String

  /// Creates the error.
  public init(_ description: String) { self.description = description }
}
