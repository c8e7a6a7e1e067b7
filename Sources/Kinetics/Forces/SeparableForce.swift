import Communication
import Dissipation
import VectorMath

/// The forces of a kernel of low rank, from its 2R moments (physics: W(k→q) = Σ_r γ_r f_r(k) g_r(q)).
///
///     gain_q = Σ_r γ_r g_r(q) A_r        loss_q = Σ_r γ_r f_r(q) B_r
///
/// One pass over the owned modes and one Allreduce for each stage of a step: λ̇ of a stage, the combination
/// that leads to the next, e^λ and the moments there are computed tile by tile, in the first-level cache.
/// The moments are sums that do not depend on how ranks share the modes, nor does any result.
///
/// - Complexity: O(R · owned) work, one Allreduce of 8R + 9 integers (more where factors range over
///   more than 60 bits); memory for 2R + 1 doubles for each owned mode.
public struct SeparableForce<Group: Communicator>: ForceEngine, ~Copyable {
  /// Who owns which modes.
  public let partition: Partition

  let communicator: Group
  private(set) var kernel: ScaledKernel
  private var moments: Moments
  /// For each channel γ_r A_r and γ_r B_r, in the scales of the tables they multiply.
  private let coefficients: AlignedVector
  /// e^λ of the owned modes in the present state.
  private var exponentials: AlignedVector
  /// λ of a tile of the next state.
  private let tile = AlignedVector(count: StageLoops.tile)

  /// Creates the engine.
  ///
  /// Collective: the ranks agree on the windows of the exact sums.
  ///
  /// - Parameters:
  ///   - kernel: The rate kernel over the modes that this rank owns.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the maximum fails.
  public init(
    kernel: SeparableKernel,
    partition: Partition,
    communicator: Group
  ) throws(CommunicationError) {
    let scaled = try ScaledKernel(kernel, modes: partition.owned.count, over: communicator)
    self.init(kernel: scaled, partition: partition, communicator: communicator)
  }

  /// Creates the engine from tables that are there.
  init(kernel: consuming ScaledKernel, partition: Partition, communicator: Group) {
    self.partition = partition
    self.communicator = communicator
    self.kernel = kernel
    moments = Moments(of: self.kernel, isGrouped: partition.hasGroups, others: errorWindows)
    coefficients = AlignedVector(count: 2 * self.kernel.channels)
    // Taken with the first state: who only solves for moments needs none.
    exponentials = AlignedVector(count: 0)
  }

  /// The vector instructions of a stage for eight modes, its combination having so many terms: those that
  /// compute, a division as one.
  public func stageInstructions(terms: Int) -> Int {
    let slopes = 2 * kernel.channels + 5
    let exponential = 21
    let occupations = 3
    return slopes + terms + exponential + occupations + moments.instructions(kernel)
  }

  /// Gives the baths of the model other weights, without a new tabulation.
  ///
  /// Not collective.
  ///
  /// - Parameter baths: The weight of each bath that was tabulated, and its derivative to the drive.
  public mutating func setWeights(_ baths: [(weight: Double, slope: Double)]) {
    kernel.setWeights(baths)
  }

  /// Writes gain and loss of the owned modes.
  ///
  /// Collective; see `ForceEngine`. Leaves the engine in this state.
  public mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try enter(lambda)
    let rates = rates
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (toward, away) = rates.values(at: index)
      gain.pointer.store(toward, at: index)
      loss.pointer.store(away, at: index)
    }
  }

  /// Goes to a state.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func enter(_ lambda: borrowing AlignedVector) throws(CommunicationError) {
    if exponentials.count != lambda.count { exponentials = AlignedVector(count: lambda.count) }
    moments.reset()
    let tables = kernel.tables
    for start in stride(from: 0, to: lambda.paddedCount, by: StageLoops.tile) {
      moments.addTile(
        tables.from(start),
        at: lambda.pointer + start,
        exponentials: exponentials.pointer + start,
        count: min(StageLoops.tile, lambda.paddedCount - start)
      )
    }
    try reduceMoments()
  }

  /// Writes λ̇ of the owned modes, and goes to the next state.
  ///
  /// Collective if there is one; see `ForceEngine`.
  public mutating func advance(
    _ pass: StagePass
  ) throws(CommunicationError) -> (first: Double, second: Double) {
    moments.reset()
    let rates = rates
    let (values, modes) = (exponentials.pointer, exponentials.paddedCount)
    let tile = tile.pointer
    var start = 0
    while start < modes {
      let count = min(StageLoops.tile, modes &- start)
      defer { start &+= count }
      if let slope = pass.slope {
        StageLoops.writeSlopes(
          to: slope + start,
          scale: pass.scale,
          rates: rates.from(start),
          exponentials: values + start,
          count: count
        )
      }
      guard let next = pass.next else { continue }
      StageLoops.combine(into: tile, next.base, next.terms, from: start, count: count)
      if let end = next.end { (end + start).update(from: tile, count: count) }
      if let errors = next.errors {
        moments.addErrors(errors, before: next.base, after: tile, from: start, count: count)
      }
      moments.addTile(
        rates.tables.from(start),
        at: tile,
        exponentials: values + start,
        count: count
      )
    }
    guard let next = pass.next else { return (0, 0) }
    try reduceMoments()
    guard next.errors != nil else { return (0, 0) }
    return (moments.value(ofOther: 0), moments.value(ofOther: 1))
  }

  /// The largest e^λ gain + e^−λ loss of the owned modes; see `ForceEngine`.
  public func largestRate() -> Double {
    let rates = rates
    var largest = Vector.zero
    for index in stride(from: 0, to: exponentials.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates.values(at: index)
      let exponential = exponentials.pointer.vector(at: index)
      largest = larger(largest, multiplyAdd(gain, exponential, loss / exponential))
    }
    return largest.max()
  }

  /// How far the present state is from steady; see `ForceEngine`.
  public func imbalance() -> Imbalance {
    let rates = rates
    var scan = ImbalanceScan()
    for index in stride(from: 0, to: exponentials.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates.values(at: index)
      scan.take(exponentials.pointer.vector(at: index), gain: gain, loss: loss, at: index)
    }
    return scan.imbalance(count: exponentials.count)
  }

  /// The tables, at the end of this engine.
  consuming func takeKernel() -> ScaledKernel { kernel }

  private mutating func reduceMoments() throws(CommunicationError) {
    try moments.reduce(over: communicator)
    for r in 0..<kernel.channels {
      coefficients[2 * r] = kernel.couplings[r] * moments.value(2 * r)
      coefficients[2 * r + 1] = kernel.couplings[r] * moments.value(2 * r + 1)
    }
  }

  /// Gain and loss of the owned modes in the present state.
  private var rates: SeparableRates {
    SeparableRates(tables: kernel.tables, coefficients: coefficients.pointer)
  }
}
