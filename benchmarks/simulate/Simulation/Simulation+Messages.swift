import CMPI
import Communication
import MPICommunication

/// The messages of an evaluation, the same calls as those of the engines, with time passing in between.
extension Simulation {
  /// The simulated time of a round of messages and injected work.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - local: The work of the first rank in one evaluation, in seconds.
  ///   - communicator: The simulated ranks.
  /// - Returns: Seconds, as `timed`.
  /// - Throws: `CommunicationError` if a call fails.
  func messageSeconds(local: Double, over communicator: MPICommunicator) throws -> Double {
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    let share = Double(partition.owned.count) / Double(max(1, partition.modes(of: 0).count))
    if work == .direct { return try gatherSeconds(partition, local * share, over: communicator) }
    if work == .shared {
      return try communicator.sharingMemory { group in
        try sharedSeconds(partition, local * share, over: group)
      }
    }
    // Two passes over the modes, and between them the exact sums of the 2R = 4 moments, which have room
    // for those of two error norms.
    var sums = ExactSums(exponents: [0, 0, 0, 0, 60, 60])
    return try timed(over: communicator) {
      smpi_execute_benched(local * share / 2)
      sums.reset()
      try sums.reduce(over: communicator)
      smpi_execute_benched(local * share / 2)
    }
  }

  /// The gather of λ between nodes, the wait of a node's ranks for n and h, then the pair sums.
  private func sharedSeconds(
    _ partition: Partition,
    _ local: Double,
    over communicator: MPICommunicator
  ) throws -> Double {
    guard let host = communicator.host else { return .nan }
    var (slices, end) = ([Range<Int>](), 0)
    for ranks in host.ranksOfHosts {
      let count = ranks.reduce(0) { $0 + partition.modes(of: $1).count }
      slices.append(end..<end + count)
      end += count
    }
    let layout = SliceLayout(slices: slices)
    let vector = try host.allocate(count: partition.modes)
    return try timed(over: communicator) {
      try host.gather(vector, layout: layout)
      try host.synchronise(vector)
      smpi_execute_benched(local)
    }
  }

  /// The gather of λ, then the pair sums.
  private func gatherSeconds(
    _ partition: Partition,
    _ local: Double,
    over communicator: MPICommunicator
  ) throws -> Double {
    // λ of all ranks in the same memory: the values mean nothing, and 1024 copies would not fit.
    let bytes = partition.modes * MemoryLayout<Double>.stride
    let memory = smpi_shared_malloc(bytes, #file, #line)
    guard let start = memory?.bindMemory(to: Double.self, capacity: partition.modes) else {
      throw CommunicationError(
        call: "smpi_shared_malloc",
        rank: communicator.rank,
        reason: "no memory for \(bytes) bytes"
      )
    }
    defer { smpi_shared_free(start) }
    let lambda = UnsafeMutableBufferPointer(start: start, count: partition.modes)
    let layout = partition.layout
    return try timed(over: communicator) {
      var all = lambda.mutableSpan
      try communicator.gather(&all, layout: layout)
      smpi_execute_benched(local)
    }
  }
}
