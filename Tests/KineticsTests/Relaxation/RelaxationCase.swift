import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import Testing
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
      var engine = try SeparableForce(
        kernel: kernel.separable,
        partition: partition,
        communicator: world
      )
      lambda = try RelaxationCase.settle(start, filling, &engine)
    } else {
      var engine = DirectForce(kernel: kernel, partition: partition, communicator: world)
      lambda = try RelaxationCase.settle(start, filling, &engine)
    }
  }

  private static func settle<Engine: ForceEngine & ~Copyable>(
    _ start: borrowing AlignedVector,
    _ filling: Double,
    _ engine: inout Engine
  ) throws -> [Double] {
    let world = SerialCommunicator()
    _ = try iterateFixedPoint(
      start,
      filling: filling,
      engine: &engine,
      tolerance: 1e-13,
      limit: 5000,
      over: world
    )
    let certificate = try certify(start, with: &engine, over: world)
    try #require(certificate.residual < 1e-11)
    return Array(start.buffer)
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
