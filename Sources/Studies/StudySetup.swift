import Communication
import Dissipation
import Kinetics
import Lattice

/// What every study begins with: a model on its momenta, an initial state, and what to look at.
public struct StudySetup: Sendable {
  /// The lattice and its baths.
  public var model: OpenLattice

  /// The momenta.
  public var grid: MomentumGrid

  /// λ at the start, with the filling that is kept.
  public var initial: InitialState

  /// The modes whose λ is in every result, as flat indices over all modes.
  public var recordedModes: [Int]

  /// How the forces are computed.
  public var forces: ForceOptions

  /// Creates a setup.
  public init(
    model: OpenLattice,
    grid: MomentumGrid,
    initial: InitialState = .uniform(filling: 0.5),
    recordedModes: [Int] = [],
    forces: ForceOptions = .init()
  ) {
    self.model = model
    self.grid = grid
    self.initial = initial
    self.recordedModes = recordedModes
    self.forces = forces
  }

  /// The number of bands.
  public var bands: Int { model.hamiltonian.orbitals.count }

  /// The number of modes, M.
  public var modes: Int { grid.count * bands }

  /// Who owns which modes.
  ///
  /// Not collective. The same for all that a study does, whatever the weights of its baths; slices of moments are whole
  /// groups where there are many modes.
  public func partition(over communicator: some Communicator) -> Partition {
    let ofMoments = Partition.ofMoments(momenta: grid.count, bands: bands, over: communicator)
    guard ofMoments.granule > 1, !mayUseMoments else { return ofMoments }
    return Partition(momenta: grid.count, bands: bands, over: communicator)
  }

  /// Whether moments suffice, of the kernel as it is, and the other engine need not judge.
  var needsOnlyMoments: Bool { forces.choice != .direct && !forces.verify && isSeparable }

  /// Whether moments suffice for all baths, those of weight 0 too, as they are or compressed.
  public var mayUseMoments: Bool {
    guard forces.choice != .direct else { return false }
    return forces.compression != nil || withIdleBaths.isSeparable
  }

  /// The setup with the baths of weight 0, as steady states tabulate it: they may have one at the next point.
  var withIdleBaths: StudySetup {
    var setup = self
    setup.model.includesIdleBaths = true
    return setup
  }

  /// Whether the kernel is of low rank as it is.
  var isSeparable: Bool {
    guard let bands = try? BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<1),
      let kernel = try? model.kernel(on: bands)
    else { return false }
    return kernel.isSeparable
  }

  /// The memory that the ranks of a host share, in bytes; 0 where they do not.
  ///
  /// - Parameter comparesEngines: Whether the direct engine is there even if another does the work.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func sharedBytes(comparesEngines: Bool) -> Double {
    memory(comparesEngines: comparesEngines).sharedBytes
  }

  /// The memory that each rank needs at most, from the size of the tables alone.
  func memory(comparesEngines: Bool) -> MemoryEstimate {
    MemoryEstimate(model, on: grid, options: forces, comparesEngines: comparesEngines)
  }
}
