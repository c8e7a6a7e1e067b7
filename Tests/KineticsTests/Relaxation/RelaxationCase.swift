import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import VectorMath

/// A kernel, its steady state at some filling, and its relaxation rates by two ways.
struct RelaxationCase {
  let kernel: RateKernel
  let lambda: [Double]
  let partition: Partition

  /// Finds the steady state of a model.
  init(_ model: OpenLattice, on grid: MomentumGrid, filling: Double = 0.5) throws {
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<grid.count)
    let world = SerialCommunicator()
    kernel = try model.kernel(on: bands)
    partition = Partition(momenta: grid.count, bands: bands.bands, over: world)
    let start = AlignedVector(
      [Double](repeating: .log((1 - filling) / filling), count: partition.modes)
    )
    if kernel.isSeparable {
      var solver = try SteadySolver(
        kernel: kernel.separable,
        from: start,
        filling: filling,
        velocities: [],
        partition: partition,
        over: world
      )
      _ = try solver.iterate()
      lambda = Array(solver.lambda(from: start).buffer)
    } else {
      var engine = DirectForce(kernel: kernel, partition: partition, communicator: world)
      _ = try iterateFixedPoint(
        start,
        filling: filling,
        engine: &engine,
        tolerance: 2e-13,
        limit: 2000,
        over: world
      )
      lambda = Array(start.buffer)
    }
  }

  /// A chain of one orbital with energies −2 cos k, so many baths, and no symmetry but those given.
  init(
    extents: [Int],
    beta: Double,
    drive: Double,
    jumps: [JumpOperator],
    filling: Double = 0.5,
    twists: [Double]? = nil
  ) throws {
    let dissipator = JumpBath(operators: jumps)
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1, dimension: extents.count),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive),
        WeightedBath(dissipator, weight: drive),
      ],
      coupling: 0.05
    )
    try self.init(model, on: MomentumGrid(extents: extents, twists: twists), filling: filling)
  }

  /// From the secular function.
  func slowest(_ count: Int) throws -> RelaxationSpectrum {
    try .slowest(
      count,
      of: kernel.separable,
      at: AlignedVector(lambda),
      partition: partition,
      over: SerialCommunicator()
    )
  }

  /// From the whole Jacobian.
  func all() throws -> RelaxationSpectrum {
    try .all(
      of: { kernel },
      at: AlignedVector(lambda),
      partition: partition,
      over: SerialCommunicator()
    )
  }
}
