/// The group of one rank: every collective is the identity.
public struct SerialCommunicator: Communicator, Sendable {
  /// Creates the group.
  public init() {}

  /// 0, the only rank.
  public var rank: Int { 0 }

  /// 1.
  public var size: Int { 1 }

  /// Leaves the values as they are: there is one rank.
  public func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {}

  /// Leaves the values as they are: there is one rank.
  public func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {}

  /// Leaves the values as they are: the only slice is the whole.
  public func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError) {}

  /// Leaves the values as they are: the only rank has them.
  public func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError) {}

  /// Returns at once.
  public func barrier() throws(CommunicationError) {}

  /// Runs `body` on this group itself.
  public func split<Result>(
    color: Int,
    _ body: (SerialCommunicator) throws -> Result
  ) throws -> Result {
    try body(self)
  }
}
