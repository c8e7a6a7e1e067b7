import Communication
import Dissipation
import VectorMath

/// Filling and currents of an ensemble.
public struct ObservableValues: Sendable, Equatable {
  /// Σ_m n_m / M, the mean occupation of a mode.
  public var filling: Double

  /// I_ca for direction c and orbital a, element c · orbitals + a; units of energy.
  public var orbitalCurrents: [Double]

  /// I_c = Σ_a I_ca for each direction.
  public var current: [Double]

  /// Creates the values.
  public init(filling: Double, orbitalCurrents: [Double], current: [Double]) {
    self.filling = filling
    self.orbitalCurrents = orbitalCurrents
    self.current = current
  }
}

/// Computes the observables of this rank's modes and sums them exactly over all.
///
///     filling = (1/M) Σ_m n_m        I_ca = (1/N) Σ_kν Re[u*_aν (∂_c H u_ν)_a] n_kν        (Eqs. 13, C5, C6)
public struct Observables: ~Copyable {
  private let partition: Partition
  private let velocities: VelocityTables
  /// n of a block of modes.
  private let occupationBlock = AlignedVector(count: Observables.block)
  private var sums: ExactSums

  /// Modes that are worked on at a time, as many as an accumulator takes in half.
  private static let block = 4096

  /// Prepares the tables.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - tables: The tables of the momenta that this rank owns.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks; the largest velocity of all sets the window of the sums.
  /// - Throws: `CommunicationError` if the maximum fails.
  public init(
    _ tables: ModeTables,
    partition: Partition,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let velocities = VelocityTables(tables.velocities, modes: partition.owned.count)
    try self.init(velocities, partition: partition, over: communicator)
  }

  /// Prepares sums over tables that are there.
  ///
  /// Collective; see above.
  public init(
    _ velocities: consuming VelocityTables,
    partition: Partition,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    self.partition = partition
    // Occupations are at most 1.
    sums = ExactSums(exponents: [1] + (try velocities.exponents(over: communicator)))
    self.velocities = velocities
  }

  /// Computes the observables.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - communicator: The ranks.
  /// - Returns: Filling and currents, on every rank.
  /// - Throws: `CommunicationError` if the sum fails.
  /// - Complexity: one pass for each velocity table, one Allreduce of 4 · (1 + tables) + 1 integers.
  public mutating func evaluate(
    at lambda: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) -> ObservableValues {
    sums.reset()
    let padded = velocities.stride
    let window = sums.windows[0]
    for start in stride(from: 0, to: padded, by: Observables.block) {
      let count = min(Observables.block, padded - start)
      var number = FoldAccumulator()
      for index in stride(from: 0, to: count, by: Vector.scalarCount) {
        let n = occupations(lambda.pointer.vector(at: start + index)).occupation
        occupationBlock.pointer.store(n, at: index)
        number.add(n, window)
      }
      sums.absorb(&number, into: 0)
      for table in 1..<sums.count {
        let velocity = velocities.table(table - 1) + start
        sum(table, count) { velocity.vector(at: $0) }
      }
    }
    // The padding has λ = 0 and so n = 1/2; velocities are zero there.
    for _ in lambda.count..<lambda.paddedCount { sums.add(-0.5, to: 0) }
    try sums.reduce(over: communicator)

    let orbitalCurrents = (1..<sums.count).map { sums.value($0) / Double(partition.momenta) }
    let orbitals = partition.bands
    let directions = orbitalCurrents.count / orbitals
    return ObservableValues(
      filling: sums.value(0) / Double(partition.modes),
      orbitalCurrents: orbitalCurrents,
      current: (0..<directions).map { direction in
        orbitalCurrents[direction * orbitals..<(direction + 1) * orbitals].reduce(0, +)
      }
    )
  }

  /// Adds Σ v n over a block of modes to sum `table`.
  @inline(__always)
  private mutating func sum(_ table: Int, _ count: Int, _ velocity: (Int) -> Vector) {
    var accumulator = FoldAccumulator()
    let window = sums.windows[table]
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      accumulator.add(velocity(index) * occupationBlock.pointer.vector(at: index), window)
    }
    sums.absorb(&accumulator, into: table)
  }
}
