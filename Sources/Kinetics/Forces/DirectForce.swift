import Communication
import Dissipation
import RealModule
import VectorMath

/// The definition of the forces: each rank sums its rows over all modes.
///
/// λ of all modes is gathered once for each evaluation; then n and h are computed on every rank, and
/// gain and loss of the owned modes as sums over all pairs. The sums of a row run over the sources in
/// an order that the source text fixes (blocks of 512, eight lanes), so they do not depend on which
/// rank owns the row, nor on how many there are.
///
/// - Complexity: (2R + 2) · M · owned / 8 vector instructions for a kernel of rank R, one Allgather of M
///   doubles; memory for 2R + 3 doubles for each of the M modes.
public struct DirectForce<Group: Communicator>: ForceEngine, ~Copyable {
  /// `direct`.
  public static var name: String { "direct" }

  /// Who owns which modes.
  public let partition: Partition

  private let communicator: Group
  private let layout: SliceLayout
  private let tables: PairTables

  /// λ of all modes.
  private let lambda: AlignedVector
  /// For each sink the vectors of gain and loss.
  private let sums: AlignedVector
  private let gain: AlignedVector
  private let loss: AlignedVector
  /// λ of the owned modes.
  private let state: AlignedVector
  private var errorSums = ErrorSums()

  /// Creates the engine.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - kernel: The rate kernel over **all** modes, the same on every rank.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(kernel: RateKernel, partition: Partition, communicator: Group) {
    self.partition = partition
    self.communicator = communicator
    layout = partition.layout
    tables = PairTables(kernel, modes: partition.modes, owned: partition.owned)
    lambda = AlignedVector(count: partition.modes, block: PairSum.block)
    sums = AlignedVector(count: tables.groups * PairSum.sumStride)
    gain = AlignedVector(count: partition.owned.count)
    loss = AlignedVector(count: partition.owned.count)
    state = AlignedVector(count: partition.owned.count)
  }

  /// Writes gain and loss of the owned modes.
  ///
  /// Collective; see `ForceEngine`. Leaves the engine in this state.
  public mutating func rates(
    at owned: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try enter(owned)
    gain.copy(from: self.gain)
    loss.copy(from: self.loss)
  }

  /// Goes to a state.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func enter(_ owned: borrowing AlignedVector) throws(CommunicationError) {
    state.copy(from: owned)
    try sumRows()
  }

  /// Writes λ̇ of the owned modes, and goes to the next state.
  ///
  /// Collective if there is one; see `ForceEngine`.
  public mutating func advance(
    _ pass: StagePass
  ) throws(CommunicationError) -> (first: Double, second: Double) {
    if let target = pass.slope {
      for index in stride(from: 0, to: state.paddedCount, by: Vector.scalarCount) {
        let rate = slope(
          lambda: state.pointer.vector(at: index),
          gain: gain.pointer.vector(at: index),
          loss: loss.pointer.vector(at: index)
        )
        target.store(pass.scale * rate, at: index)
      }
    }
    guard let next = pass.next else { return (0, 0) }
    next.terms.add(to: next.base, from: 0, count: state.paddedCount, into: state.pointer)
    next.end?.update(from: state.pointer, count: state.paddedCount)
    try sumRows()
    guard let errors = next.errors else { return (0, 0) }
    return try errorSums.evaluate(errors, from: next.base, to: state, over: communicator)
  }

  /// The largest e^λ gain + e^−λ loss of the owned modes; see `ForceEngine`.
  public func largestRate() -> Double {
    var largest = 0.0
    for index in 0..<state.count {
      let exponential = Double.exp(state[index])
      largest = max(largest, exponential * gain[index] + loss[index] / exponential)
    }
    return largest
  }

  /// How far the present state is from steady; see `ForceEngine`.
  public func imbalance() -> Imbalance {
    var scan = ImbalanceScan()
    for index in stride(from: 0, to: state.paddedCount, by: Vector.scalarCount) {
      scan.take(
        exponential(state.pointer.vector(at: index)),
        gain: gain.pointer.vector(at: index),
        loss: loss.pointer.vector(at: index),
        at: index
      )
    }
    return scan.imbalance(count: state.count)
  }

  /// The time that one pair takes on this rank, from a sample of at most 2²² pairs.
  ///
  /// Not collective; leaves nothing behind that an evaluation reads.
  public func secondsPerPair() -> Double {
    guard tables.blocks > 0, tables.groups > 0 else { return 0 }
    let pairs = tables.blocks * PairSum.block * PairSum.sinks
    let sample = min(tables.groups, max(1, (1 << 22) / pairs))
    tabulateOccupations()
    let duration = ContinuousClock().measure { addPairs(groups: sample) }
    return duration / .seconds(1) / Double(sample * pairs)
  }

  /// Computes gain and loss of the owned modes.
  private mutating func sumRows() throws(CommunicationError) {
    // Gather λ
    let start = partition.owned.lowerBound
    (lambda.pointer + start).update(from: state.pointer, count: state.count)
    var all = lambda.buffer.mutableSpan
    try communicator.gather(&all, layout: layout)

    // n and h of all modes
    tabulateOccupations()

    // Sum rows over all pairs
    sums.pointer.update(repeating: 0, count: sums.count)
    addPairs(groups: tables.groups)
    addLanes()
  }

  private func tabulateOccupations() {
    let size = PairSum.block
    for block in 0..<tables.blocks {
      let target = tables.occupations(of: block)
      for k in stride(from: 0, to: size, by: Vector.scalarCount) {
        // The padding has λ = 0, but factors of zero.
        let (n, h) = occupations(lambda.pointer.vector(at: block * size + k))
        target.store(n, at: k)
        target.store(h, at: size + k)
      }
    }
  }

  /// Adds all pairs with the sinks of the first `groups` groups, part by part.
  private func addPairs(groups: Int) {
    for part in tables.parts {
      let block = PairSum.block
      let extra = 2 * part.channels
      switch part.modulation {
      case nil:
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { _, _ in NoModulation() }
      case .ohmic:
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { sources, sinks in
          OhmicModulation(sources: sources + extra * block, sinks: sinks + extra * PairSum.sinks)
        }
      case .correlated(let length, _, _):
        let (height, width) = (Double.sinh(1 / length) / 2, Double.sinh(0.5 / length))
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { sources, sinks in
          CorrelatedModulation(
            sources: sources + extra * block,
            sinks: sinks + extra * PairSum.sinks,
            height: height,
            width: width * width
          )
        }
      }
    }
  }

  /// Adds up the lanes of `sums`.
  private func addLanes() {
    let lanes = Vector.scalarCount
    for row in 0..<partition.owned.count {
      gain[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row))
      loss[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row + lanes))
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
