import Communication
import Dissipation
import Lattice
import VectorMath

/// The tables of the modes that a rank owns, computed block by block and written to where they stay, so that memory is
/// touched once.
///
/// The scales of the factors are those of all modes of all ranks, and known only once these are computed. They are
/// assumed to be those of a coarse lattice; where that is wrong, the tables are computed a second time.
public struct OwnedTables: ~Copyable {
  let kernel: ScaledKernel
  let velocities: VelocityTables
  let energies: AlignedVector

  /// Tabulates a model whose kernel is of low rank; `nil`, on all ranks, where it does not fit or its numbers are not
  /// finite.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - grid: The momenta of the whole lattice.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a maximum fails.
  public init?(
    of model: OpenLattice,
    on grid: MomentumGrid,
    partition: Partition,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let tables = try? ComputedTables(of: model, on: grid, momenta: partition.ownedMomenta)
    guard try communicator.maximum(tables == nil ? 1 : 0 as Int64) == 0, let tables else {
      return nil
    }
    let modes = partition.owned.count
    var kernel = ScaledKernel(
      of: tables.channels,
      in: try KernelScales(assumedFor: model, on: grid, channels: tables.channels.channels.count),
      modes: modes
    )
    var velocities = VelocityTables(count: grid.dimension * partition.bands, modes: modes)
    let energies = AlignedVector(count: modes)
    var isScaled = false
    while !isScaled {
      let extremes = tables.write(to: kernel, &velocities, energies)
      guard try communicator.maximum(extremes == nil ? 1 : 0 as Int64) == 0, let extremes else {
        return nil
      }
      let scales = try KernelScales(of: extremes, over: communicator)
      // What each rank has assumed is its own.
      let differs = scales.exponents != kernel.scales.exponents
      isScaled = try communicator.maximum(differs ? 1 : 0 as Int64) == 0
      kernel.setScales(scales, of: tables.channels)
    }
    self.kernel = kernel
    self.velocities = velocities
    self.energies = energies
  }

  /// Hands the factors, the velocities and the energies to `body`, at the end of these tables.
  public consuming func taken<Result: ~Copyable>(
    _ body: (consuming ScaledKernel, consuming VelocityTables, consuming AlignedVector) throws ->
      Result
  ) rethrows -> Result {
    try body(kernel, velocities, energies)
  }
}

extension ComputedTables {
  /// Writes all tables.
  ///
  /// - Returns: What the factors reach; `nil` where the model does not fit or its numbers are not finite.
  fileprivate func write(
    to kernel: borrowing ScaledKernel,
    _ velocities: inout VelocityTables,
    _ energies: borrowing AlignedVector
  ) -> [TableExtremes]? {
    var factors = [TableExtremes](repeating: TableExtremes(), count: 2 * kernel.channels)
    var energy = TableExtremes()
    for index in 0..<blocks {
      let block = momenta(ofBlock: index)
      let start = modes(of: block).lowerBound
      if let formulas {
        formulas.band.tabulate(from: block.lowerBound, count: block.count.roundedUpToVectors)
        kernel.load(formulas, count: block.count, at: start, &factors)
        velocities.load(formulas.band, count: block.count, at: start)
        let values = UnsafeBufferPointer(start: formulas.band.energies, count: block.count)
        energy.copy(values, by: 1, to: energies.pointer + start)
      } else {
        guard let tables = tables(of: block) else { return nil }
        kernel.load(tables.kernel.separable, at: start, &factors)
        velocities.load(tables.velocities, at: start)
        tables.energies.withUnsafeBufferPointer {
          energy.copy($0, by: 1, to: energies.pointer + start)
        }
      }
    }
    let all = factors + velocities.extremes + [energy]
    guard all.allSatisfy(\.isFinite), channels.channels.allSatisfy(\.coupling.isFinite) else {
      return nil
    }
    return factors
  }
}

extension KernelScales {
  /// The largest extents of a coarse lattice in one, two and three dimensions.
  private static var coarseExtents: [Int] { [512, 22, 8] }

  /// The scales of a coarse lattice of the same model; those of factors below 1 where that has none.
  fileprivate init(
    assumedFor model: OpenLattice,
    on grid: MomentumGrid,
    channels: Int
  ) throws(CommunicationError) {
    let largest = KernelScales.coarseExtents[grid.dimension - 1]
    let extents = grid.extents.map { min($0, largest) }
    let kernel = try? model.kernel(
      on: BandStructure(
        of: model.hamiltonian,
        on: MomentumGrid(extents: extents, twists: grid.twists),
        momenta: 0..<extents.reduce(1, *)
      )
    )
    let unknown = [TableExtremes](repeating: TableExtremes(), count: 2 * channels)
    var tables = unknown
    if let kernel, kernel.separable.channels.count == channels { tables.add(kernel.separable) }
    if !tables.allSatisfy(\.isFinite) { tables = unknown }
    try self.init(of: tables, over: SerialCommunicator())
  }
}
