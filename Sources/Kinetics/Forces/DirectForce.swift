import Communication
import Dissipation
import RealModule
import VectorMath

/// The definition of the forces: each rank sums its rows over all modes.
///
/// λ of all modes is gathered once for each evaluation; then n and h are computed on every rank, and
/// gain and loss of the owned modes as sums over all pairs. Where the ranks of a host share memory, they have
/// λ, n, h and the tables of the sources once, and compute n and h together.
///
/// The sums of a row run over the sources in
/// an order that the source text fixes (blocks of 512, eight lanes), so they do not depend on which
/// rank owns the row, nor on how many there are.
///
/// - Complexity: (2R + 2) · M · owned / 8 vector instructions for a kernel of rank R, one Allgather of M
///   doubles; memory for 2R + 3 doubles for each of the M modes.
public struct DirectForce<Group: Communicator>: ForceEngine, ~Copyable {
  /// Who owns which modes.
  public let partition: Partition

  private let communicator: Group
  let tables: PairTables

  /// λ of all modes.
  private var lambda: GatheredLambda<Group>
  /// λ, then the tables of the sources, where the ranks of a host share them.
  private let shared: SharedVector?
  /// The blocks of modes whose n and h this rank computes.
  private let blocks: Range<Int>
  /// For each sink the vectors of gain and loss.
  let sums: AlignedVector
  let gain: AlignedVector
  let loss: AlignedVector
  /// λ of the owned modes.
  private let state: AlignedVector
  private var errorSums = ErrorSums()

  /// Creates the engine with tables of its own.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - kernel: The rate kernel over **all** modes, the same on every rank.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(kernel: RateKernel, partition: Partition, communicator: Group) {
    let (modes, owned) = (partition.modes, partition.owned)
    let tables = PairTables(kernel, modes: modes, owned: owned) { AlignedVector(count: $0) }
    tables.setSources(kernel, from: 0)
    tables.setSinks(kernel, of: 0..<modes)
    self.init(
      tables,
      GatheredLambda(partition, over: communicator, isShared: false),
      nil,
      partition,
      communicator
    )
  }

  /// Creates the engine; where the ranks of a host share memory, so do their engines.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  ///   - tabulate: The rate kernel over some momenta, asked for in small ranges.
  /// - Throws: What `tabulate` throws, or `RemoteFailure`; `SharedMemoryError`, alike on all ranks;
  ///   `CommunicationError`.
  public init(
    partition: Partition,
    communicator: Group,
    tabulate: (Range<Int>) throws -> RateKernel
  ) throws {
    let shape = try communicator.agree { try tabulate(0..<min(1, partition.momenta)) }
    let isShared = communicator.host != nil
    let lambda = GatheredLambda(partition, over: communicator, isShared: isShared)
    let start = lambda.count
    var shared: SharedVector?
    let tables = try PairTables(shape, modes: partition.modes, owned: partition.owned) { count in
      guard let host = communicator.host else { return AlignedVector(count: count) }
      let vector = try host.allocate(count: start + count)
      let sources = AlignedVector(in: vector.pointer + start, count: count)
      shared = consume vector
      return sources
    }
    // The ranks of a host make their common tables together, and each its own sinks.
    let bands = partition.bands
    let sources = Partition(
      momenta: partition.momenta,
      bands: bands,
      rank: communicator.host?.rank ?? 0,
      ranks: communicator.host?.size ?? 1
    ).ownedMomenta
    let others = isShared ? partition.ownedMomenta : 0..<0
    try communicator.agree {
      for momenta in DirectForce.pieces(of: sources) + DirectForce.pieces(of: others) {
        let modes = momenta.lowerBound * bands..<momenta.upperBound * bands
        let kernel = try tabulate(momenta)
        if momenta.clamped(to: sources) == momenta {
          tables.setSources(kernel, from: modes.lowerBound)
        }
        tables.setSinks(kernel, of: modes)
      }
    }
    self.init(tables, lambda, shared, partition, communicator)
  }

  private init(
    _ tables: consuming PairTables,
    _ lambda: consuming GatheredLambda<Group>,
    _ shared: consuming SharedVector?,
    _ partition: Partition,
    _ communicator: Group
  ) {
    self.partition = partition
    self.communicator = communicator
    let isShared = lambda.isShared
    self.lambda = lambda
    self.shared = shared
    blocks =
      Partition(
        momenta: tables.blocks,
        bands: 1,
        rank: isShared ? communicator.host?.rank ?? 0 : 0,
        ranks: isShared ? communicator.host?.size ?? 1 : 1
      ).owned
    sums = AlignedVector(count: tables.groups * PairSum.sumStride)
    self.tables = tables
    gain = AlignedVector(count: partition.owned.count)
    loss = AlignedVector(count: partition.owned.count)
    state = AlignedVector(count: partition.owned.count)
  }

  /// So few momenta at a time that what is made on the way takes no memory worth counting.
  private static func pieces(of momenta: Range<Int>) -> [Range<Int>] {
    stride(from: momenta.lowerBound, to: momenta.upperBound, by: 4096).map {
      $0..<min($0 + 4096, momenta.upperBound)
    }
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
    try lambda.gather(state, shared)

    // n and h of all modes
    tabulateOccupations()
    switch shared {
    case .some(let vector): try communicator.host?.synchronise(vector)
    case .none: break
    }

    // Sum rows over all pairs
    sums.pointer.update(repeating: 0, count: sums.count)
    addPairs(groups: tables.groups)
    addLanes()
  }

  /// Computes n and h of all modes, or this rank's share of those of its host.
  private func tabulateOccupations() {
    let size = PairSum.block
    for block in blocks {
      let source = lambda.block(block, shared)
      let target = tables.occupations(of: block)
      for k in stride(from: 0, to: size, by: Vector.scalarCount) {
        // The padding has λ = 0, but factors of zero.
        let (n, h) = occupations(source.vector(at: k))
        target.store(n, at: k)
        target.store(h, at: size + k)
      }
    }
  }
}
