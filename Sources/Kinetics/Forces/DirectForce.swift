import Communication
import Dissipation
import VectorMath

/// The definition of the forces: each rank sums its rows over all modes.
///
/// λ of all modes is gathered once for each evaluation; then n and h are computed on every rank, and
/// gain and loss of the owned modes as sums over all pairs. The sums of a row run over the sources in
/// an order that the source text fixes (blocks of 512, eight lanes), so they do not depend on which
/// rank owns the row, nor on how many there are.
///
/// - Complexity: (2R + 2) · M · owned / 8 vector instructions, one Allgather of M doubles; memory for
///   2R + 3 doubles for each of the M modes.
public struct DirectForce<Group: Communicator>: ForceEngine, ~Copyable {
  /// `direct`.
  public static var name: String { "direct" }

  /// Who owns which modes.
  public let partition: Partition

  private let communicator: Group
  private let layout: SliceLayout
  private let channels: Int

  /// λ of all modes.
  private let lambda: AlignedVector
  /// For each block of 512 sources f_0, g_0, f_1, g_1 … n, h.
  private let sources: AlignedVector
  /// For each four sinks, for each channel γ_r g_r of the four and γ_r f_r of the four.
  private let factors: AlignedVector
  /// For each sink the vectors of gain and loss.
  private let sums: AlignedVector
  private let gain: AlignedVector
  private let loss: AlignedVector

  /// Creates the engine. Not collective.
  ///
  /// - Parameters:
  ///   - kernel: The rate kernel over **all** modes, the same on every rank.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(kernel: SeparableKernel, partition: Partition, communicator: Group) {
    self.partition = partition
    self.communicator = communicator
    layout = partition.layout
    channels = kernel.channels.count

    let (modes, block) = (partition.modes, PairSum.block)
    let blocks = (modes + block - 1) / block
    lambda = AlignedVector(count: modes, block: block)
    sources = AlignedVector(count: blocks * (2 * channels + 2) * block)
    for (r, channel) in kernel.channels.enumerated() {
      precondition(channel.source.count == modes && channel.sink.count == modes)
      for mode in 0..<modes {
        let place = mode / block * (2 * channels + 2) * block + mode % block
        sources[place + 2 * r * block] = channel.source[mode]
        sources[place + (2 * r + 1) * block] = channel.sink[mode]
      }
    }

    let groups = (partition.owned.count + PairSum.sinks - 1) / PairSum.sinks
    factors = AlignedVector(count: groups * channels * 2 * PairSum.sinks)
    for (row, mode) in partition.owned.enumerated() {
      let (group, sink) = row.quotientAndRemainder(dividingBy: PairSum.sinks)
      for (r, channel) in kernel.channels.enumerated() {
        let place = (group * channels + r) * 2 * PairSum.sinks + sink
        factors[place] = channel.coupling * channel.sink[mode]
        factors[place + PairSum.sinks] = channel.coupling * channel.source[mode]
      }
    }
    sums = AlignedVector(count: groups * PairSum.sinks * 2 * Vector.scalarCount)
    gain = AlignedVector(count: partition.owned.count)
    loss = AlignedVector(count: partition.owned.count)
  }

  /// Writes gain and loss of the owned modes.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func rates(
    at owned: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try sumRows(at: owned)
    addLanes(gain: gain.pointer, loss: loss.pointer)
  }

  /// Writes λ̇ of the owned modes.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func derivative(
    at owned: borrowing AlignedVector,
    scale: Double,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    try sumRows(at: owned)
    addLanes(gain: gain.pointer, loss: loss.pointer)
    for index in stride(from: 0, to: owned.paddedCount, by: Vector.scalarCount) {
      let rate = slope(
        lambda: owned.pointer.vector(at: index),
        gain: gain.pointer.vector(at: index),
        loss: loss.pointer.vector(at: index)
      )
      derivative.store(scale * rate, at: index)
    }
  }

  /// Adds up the lanes of `sums`.
  private func addLanes(
    gain: UnsafeMutablePointer<Double>,
    loss: UnsafeMutablePointer<Double>
  ) {
    let lanes = Vector.scalarCount
    for row in 0..<partition.owned.count {
      gain[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row))
      loss[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row + lanes))
    }
  }

  /// Leaves gain and loss of the owned modes in `sums`, lane by lane.
  private mutating func sumRows(at owned: borrowing AlignedVector) throws(CommunicationError) {
    // Gather λ
    let start = partition.owned.lowerBound
    (lambda.pointer + start).update(from: owned.pointer, count: partition.owned.count)
    var all = lambda.buffer.mutableSpan
    try communicator.gather(&all, layout: layout)

    // n and h of all modes
    tabulateOccupations()

    // Sum rows over all pairs
    sums.pointer.update(repeating: 0, count: sums.count)
    addPairs(groups: groups)
  }

  private func tabulateOccupations() {
    let block = PairSum.block
    let stride = (2 * channels + 2) * block
    for start in Swift.stride(from: 0, to: lambda.paddedCount, by: block) {
      let target = sources.pointer + start / block * stride + 2 * channels * block
      for k in Swift.stride(from: 0, to: block, by: Vector.scalarCount) {
        // The padding has λ = 0, but factors of zero.
        let (n, h) = occupations(lambda.pointer.vector(at: start + k))
        target.store(n, at: k)
        target.store(h, at: block + k)
      }
    }
  }

  /// The time that one pair takes on this rank, from a sample of at most 2²² pairs.
  ///
  /// Not collective; leaves nothing behind that an evaluation reads.
  public func secondsPerPair() -> Double {
    let blocks = lambda.paddedCount / PairSum.block
    guard blocks > 0, groups > 0, channels > 0 else { return 0 }
    let sample = min(groups, max(1, (1 << 22) / (blocks * PairSum.block * PairSum.sinks)))
    tabulateOccupations()
    let clock = ContinuousClock()
    let duration = clock.measure { addPairs(groups: sample) }
    return duration / .seconds(1) / Double(sample * PairSum.sinks * blocks * PairSum.block)
  }

  /// The groups of four sinks that hold the owned modes.
  private var groups: Int { sums.count / (PairSum.sinks * 2 * Vector.scalarCount) }

  private func addPairs(groups: Int) {
    switch channels {
    case 0: break
    case 1: addPairs(channels: 1, groups: groups)
    case 2: addPairs(channels: 2, groups: groups)
    default: addPairs(channels: channels, groups: groups)
    }
  }

  @inline(__always)
  private func addPairs(channels: Int, groups: Int) {
    let block = PairSum.block
    for start in 0..<lambda.paddedCount / block {
      let sources = UnsafePointer(self.sources.pointer + start * (2 * channels + 2) * block)
      for group in 0..<groups {
        PairSum.add(
          channels: channels,
          sources: sources,
          factors: factors.pointer + group * channels * 2 * PairSum.sinks,
          sums: sums.pointer + group * PairSum.sinks * 2 * Vector.scalarCount
        )
      }
    }
  }
}

/// The sum of the lanes, by halves.
@inline(__always)
func laneSum(_ vector: Vector) -> Double {
  let four = vector.lowHalf + vector.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
