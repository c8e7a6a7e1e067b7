import Dissipation
import Lattice
import VectorMath

/// Tables of the modes that a rank owns, computed again, block by block, whenever a pass needs them.
///
/// A block stays in the caches while a pass works on it, so that a lattice takes no more memory than λ. Copies share
/// the block that is being worked on: each rank has tables of its own.
public struct ComputedTables {
  /// The channels of the kernel, without their tables.
  let channels: SeparableKernel

  /// What the velocity tables are divided by; below them in magnitude.
  let velocityUnits: [Double]

  /// Tables by formulas, where the model has them.
  let formulas: FormulaTables?

  private let model: OpenLattice
  private let grid: MomentumGrid
  private let momenta: Range<Int>

  /// Looks at the first momenta of the lattice, which have the channels of all.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - grid: The momenta of the whole lattice.
  ///   - momenta: Those that this rank owns.
  ///   - velocityUnits: Powers of two that no velocity exceeds; none where velocities keep their units.
  /// - Throws: `ModelError` if the model does not fit the grid, or formulas are not those of their kernels.
  public init(
    of model: OpenLattice,
    on grid: MomentumGrid,
    momenta: Range<Int>,
    velocityUnits: [Double] = []
  ) throws(ModelError) {
    let first = 0..<min(grid.count, Vector.scalarCount)
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: first)
    var kernel = try model.kernel(on: bands).separable
    formulas = try FormulaTables(of: model, on: grid, as: kernel)
    for index in kernel.channels.indices {
      kernel.channels[index].source = []
      kernel.channels[index].sink = []
    }
    channels = kernel
    self.velocityUnits = velocityUnits
    self.model = model
    self.grid = grid
    self.momenta = momenta
  }

  private var bands: Int { model.hamiltonian.orbitals.count }

  /// The largest number of momenta in a block.
  private var block: Int { formulas == nil ? ModeTables.block : SingleBand.tile }

  /// The largest number of modes in a block.
  var blockModes: Int { block * bands }

  /// The number of blocks.
  var blocks: Int { (momenta.count + block - 1) / block }

  /// The momenta of a block.
  func momenta(ofBlock index: Int) -> Range<Int> {
    let first = momenta.lowerBound + index * block
    return first..<min(first + block, momenta.upperBound)
  }

  /// The places of a block's modes among the owned ones.
  func modes(of block: Range<Int>) -> Range<Int> {
    let first = momenta.lowerBound
    return (block.lowerBound - first) * bands..<(block.upperBound - first) * bands
  }

  /// The tables of a block; `nil` where the model does not fit.
  func tables(of block: Range<Int>) -> ModeTables? {
    try? ModeTables(of: model, on: grid, momenta: block)
  }

  /// Writes the tables of a block.
  ///
  /// - Parameters:
  ///   - block: Its momenta.
  ///   - kernel: Takes the factors, and zeros behind them.
  ///   - pass: Takes the velocities.
  /// - Returns: Whether all of it is within the scales, and the model fits.
  func tabulate(
    _ block: Range<Int>,
    into kernel: borrowing ScaledKernel,
    _ pass: borrowing MomentPass
  ) -> Bool {
    if let formulas {
      formulas.band.tabulate(from: block.lowerBound, count: block.count.roundedUpToVectors)
      let isWithinScales = kernel.load(formulas, count: block.count)
      return pass.load(formulas.band, units: velocityUnits, count: block.count, kernel)
        && isWithinScales
    }
    guard let tables = tables(of: block) else { return false }
    let isWithinScales = kernel.load(tables.kernel.separable)
    var areBelowOne = true
    for (index, velocities) in tables.velocities.enumerated() {
      let isBelowOne = velocities.withUnsafeBufferPointer {
        pass.load(other: index, $0, unit: velocityUnits[index], kernel)
      }
      areBelowOne = areBelowOne && isBelowOne
    }
    return isWithinScales && areBelowOne
  }
}
