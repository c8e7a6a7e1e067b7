/// The element types that messages are made of.
public enum ElementKind: Sendable {
  /// IEEE 754 binary64.
  case double
  /// Two's complement, 64 bits.
  case signed64
  /// Arithmetic modulo 2⁶⁴.
  case unsigned64
  /// One byte.
  case byte
}

/// A fixed-layout type that a communicator can send, reduce and gather.
public protocol CommunicationElement: BitwiseCopyable, Sendable {
  /// What the messages of this type are made of.
  static var kind: ElementKind { get }
}

extension Double: CommunicationElement {
  /// IEEE 754 binary64.
  public static var kind: ElementKind { .double }
}
extension Int64: CommunicationElement {
  /// Two's complement, 64 bits.
  public static var kind: ElementKind { .signed64 }
}
extension UInt64: CommunicationElement {
  /// Arithmetic modulo 2⁶⁴.
  public static var kind: ElementKind { .unsigned64 }
}
extension UInt8: CommunicationElement {
  /// One byte.
  public static var kind: ElementKind { .byte }
}

/// A group of ranks that compute together.
///
/// All functions are **collective**: every rank of the group must call them, in the same order and
/// with equal lengths. None allocates. After a `CommunicationError` the communicator must not be
/// used again. Reductions of `Double` have no fixed order: whatever must not depend on the number
/// of ranks goes through `ExactSums`, or is a maximum.
public protocol Communicator {
  /// This rank, `0 ..< size`; rank 0 is the first rank.
  var rank: Int { get }

  /// The number of ranks.
  var size: Int { get }

  /// The ranks that share memory with this one; `NoHost` where there can be none.
  associatedtype Host: HostGroup = NoHost

  /// The ranks of this rank's host, if they share memory; on all ranks or on none.
  var host: Host? { get }

  /// Replaces each element by its sum over the ranks. Collective.
  func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError)

  /// Replaces each element by its maximum over the ranks. Collective.
  ///
  /// NaN has no place in a maximum: test for it first.
  func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError)

  /// Completes a vector of which each rank has filled its own slice. Collective.
  ///
  /// - Parameters:
  ///   - values: The whole vector, `layout.count` elements; on entry the elements
  ///     `layout.slices[rank]` are set, on return all are.
  ///   - layout: Which rank owns which elements.
  /// - Throws: `CommunicationError` if the library fails.
  func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError)

  /// Copies the elements of `root` to all ranks. Collective.
  func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError)

  /// Waits until every rank has arrived. Collective; for timing, never on an error path.
  func barrier() throws(CommunicationError)

  /// Runs `body` on the sub-group of the ranks that pass the same `color`, ordered by rank.
  ///
  /// Collective. The sub-group exists for the duration of `body` only, so that no handle outlives
  /// the session. If `body` throws on one rank, others may still wait for it inside: agree first.
  func split<Result>(color: Int, _ body: (Self) throws -> Result) throws -> Result
}
