import Communication

/// Ranks that count the collectives they make.
package struct CountingCommunicator<Group: Communicator>: Communicator {
  /// How often each collective was called.
  package struct Counts: Equatable, Sendable {
    package var sums = 0
    package var maxima = 0
    package var gathers = 0
    package var broadcasts = 0
    package var barriers = 0
    package var splits = 0

    package init() {}

    /// All of them.
    package var all: Int { sums + maxima + gathers + broadcasts + barriers + splits }

    /// What was called since `earlier`.
    package func since(_ earlier: Counts) -> Counts {
      var difference = Counts()
      difference.sums = sums - earlier.sums
      difference.maxima = maxima - earlier.maxima
      difference.gathers = gathers - earlier.gathers
      difference.broadcasts = broadcasts - earlier.broadcasts
      difference.barriers = barriers - earlier.barriers
      difference.splits = splits - earlier.splits
      return difference
    }
  }

  private final class Tally { var counts = Counts() }

  private let group: Group
  private let tally: Tally

  /// Counts from zero; copies count together.
  package init(_ group: Group) { self.init(group, Tally()) }

  private init(_ group: Group, _ tally: Tally) { (self.group, self.tally) = (group, tally) }

  package var counts: Counts { tally.counts }
  package var rank: Int { group.rank }
  package var size: Int { group.size }

  package func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    tally.counts.sums += 1
    try group.sum(&values)
  }

  package func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    tally.counts.maxima += 1
    try group.maximum(&values)
  }

  package func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError) {
    tally.counts.gathers += 1
    try group.gather(&values, layout: layout)
  }

  package func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError) {
    tally.counts.broadcasts += 1
    try group.broadcast(&values, from: root)
  }

  package func barrier() throws(CommunicationError) {
    tally.counts.barriers += 1
    try group.barrier()
  }

  package func split<Result>(
    color: Int,
    _ body: (CountingCommunicator) throws -> Result
  ) throws -> Result {
    tally.counts.splits += 1
    return try group.split(color: color) { try body(CountingCommunicator($0, tally)) }
  }
}
