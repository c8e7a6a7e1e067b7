import Communication
import VectorMath

/// λ of all modes: on each rank or, where the ranks of a host share memory, once on each host.
///
/// Shared, λ is kept in the order of the hosts and of the ranks on each of them, so that every host sends and
/// receives whole slices however the launcher has placed the ranks.
struct GatheredLambda<Group: Communicator>: ~Copyable {
  /// Doubles of the vector that is shared.
  let count: Int

  /// Whether the ranks of a host share it.
  var isShared: Bool { hosts != nil }

  private let communicator: Group
  /// The modes of each rank.
  private let layout: SliceLayout
  /// The modes of each host, in their order; nil if each rank has all for itself.
  private let hosts: SliceLayout?
  /// Where the slice of each rank begins in the order of the hosts.
  private let places: [Int]
  /// λ of all modes in their order, or of the block that was asked for.
  private let lambda: AlignedVector

  /// Divides the modes.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  ///   - isShared: Whether those of a host have λ together.
  init(_ partition: Partition, over communicator: Group, isShared: Bool) {
    self.communicator = communicator
    layout = partition.layout
    guard isShared, let host = communicator.host else {
      count = 0
      hosts = nil
      places = []
      lambda = AlignedVector(count: partition.modes, block: PairSum.block)
      return
    }
    let slices = layout.slices
    var places = [Int](repeating: 0, count: partition.ranks)
    var slicesOfHosts: [Range<Int>] = []
    var end = 0
    for ranks in host.ranksOfHosts {
      let start = end
      for rank in ranks {
        places[rank] = end
        end += slices[rank].count
      }
      slicesOfHosts.append(start..<end)
    }
    self.places = places
    hosts = SliceLayout(slices: slicesOfHosts)
    let whole = Vector.scalarCount
    count = (partition.modes + whole - 1) / whole * whole
    lambda = AlignedVector(count: PairSum.block)
  }

  /// Brings together what each rank has.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - owned: λ of the modes of this rank.
  ///   - shared: Begins with λ of all modes, where ranks share it.
  /// - Throws: `CommunicationError` if the exchange fails.
  mutating func gather(
    _ owned: borrowing AlignedVector,
    _ shared: borrowing SharedVector?
  ) throws(CommunicationError) {
    let start = layout.slices[communicator.rank].lowerBound
    guard let hosts else {
      (lambda.pointer + start).update(from: owned.pointer, count: owned.count)
      var all = lambda.buffer.mutableSpan
      return try communicator.gather(&all, layout: layout)
    }
    switch shared {
    case .some(let vector):
      (vector.pointer + places[communicator.rank]).update(from: owned.pointer, count: owned.count)
      try communicator.host?.gather(vector, layout: hosts)
    case .none: preconditionFailure("λ is shared in no memory")
    }
  }

  /// λ of a block of modes, until the next one is asked for; zero beyond the last mode.
  func block(_ index: Int, _ shared: borrowing SharedVector?) -> UnsafePointer<Double> {
    let start = index * PairSum.block
    guard hosts != nil else { return UnsafePointer(lambda.pointer + start) }
    switch shared {
    case .some(let vector): copy(from: vector.pointer, start: start)
    case .none: preconditionFailure("λ is shared in no memory")
    }
    return UnsafePointer(lambda.pointer)
  }

  /// Copies a block from the slices that it is in.
  private func copy(from shared: UnsafePointer<Double>, start: Int) {
    let end = min(start + PairSum.block, layout.count)
    var mode = start
    var rank = layout.owner(of: start)
    while mode < end {
      let slice = layout.slices[rank]
      let count = min(slice.upperBound, end) - mode
      let source = shared + places[rank] + (mode - slice.lowerBound)
      (lambda.pointer + (mode - start)).update(from: source, count: count)
      mode += count
      rank += 1
    }
    (lambda.pointer + (end - start)).update(repeating: 0, count: PairSum.block - (end - start))
  }
}
