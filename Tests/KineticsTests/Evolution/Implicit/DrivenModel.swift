import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// The driven chains of the paper, for the tests of implicit steps.
struct DrivenModel: Sendable {
  var model: OpenLattice
  var grid: MomentumGrid

  /// The chain with one orbital under a Raman bath.
  static func chain(_ modes: Int, beta: Double, drive: Double) throws -> DrivenModel {
    DrivenModel(
      model: OpenLattice(
        hamiltonian: try .tightBinding(hopping: 1),
        baths: [
          WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive),
          WeightedBath(
            JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
            weight: drive
          ),
        ],
        coupling: 0.05
      ),
      grid: try MomentumGrid(extents: [modes])
    )
  }

  /// The Rashba–Zeeman chain under dephasing of one spin; at drive 1 two modes have no rate.
  static func rashba(_ modes: Int, drive: Double) throws -> DrivenModel {
    DrivenModel(
      model: OpenLattice(
        hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
        baths: [
          WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1 - drive),
          WeightedBath(JumpBath.dephasing(rates: [1, 0]), weight: drive),
        ],
        coupling: 0.05
      ),
      grid: try MomentumGrid(extents: [modes])
    )
  }

  func partition(over communicator: some Communicator) -> Partition {
    Partition(
      momenta: grid.count,
      bands: model.hamiltonian.orbitals.count,
      over: communicator
    )
  }

  func kernel(_ partition: Partition) throws -> SeparableKernel {
    try model.kernel(
      on: BandStructure(of: model.hamiltonian, on: grid, momenta: partition.ownedMomenta)
    ).separable
  }

  /// The same, as integrations take it.
  func tables(
    _ partition: Partition,
    over communicator: some Communicator
  ) throws -> ScaledKernel {
    try ScaledKernel(kernel(partition), modes: partition.owned.count, over: communicator)
  }

  /// εJ.
  var rate: Double { model.coupling * model.rateUnit }

  /// An integration by implicit steps of the modes that a rank owns.
  func implicit<Group: Communicator>(
    from initial: [Double],
    tolerance: Double,
    over communicator: Group = SerialCommunicator()
  ) throws -> ImplicitEvolution<Group> {
    let partition = partition(over: communicator)
    return try ImplicitEvolution(
      kernel: tables(partition, over: communicator),
      rate: rate,
      from: AlignedVector(Array(initial[partition.owned])),
      control: StepControl(relativeTolerance: tolerance, absoluteTolerance: tolerance),
      partition: partition,
      over: communicator
    )
  }

  /// An integration by any method.
  func evolution(
    _ method: SteppingMethod,
    from initial: [Double],
    until end: Double,
    tolerance: Double
  ) throws -> SeparableEvolution<SerialCommunicator> {
    let partition = partition(over: SerialCommunicator())
    return try SeparableEvolution(
      kernel: tables(partition, over: SerialCommunicator()),
      rate: rate,
      from: AlignedVector(initial),
      control: StepControl(relativeTolerance: tolerance, absoluteTolerance: tolerance),
      method: method,
      until: end,
      partition: partition,
      over: SerialCommunicator()
    )
  }

  /// The residual of a state, with fresh rates.
  func residual(_ lambda: [Double]) throws -> Double {
    let partition = partition(over: SerialCommunicator())
    var engine = try SeparableForce(
      kernel: kernel(partition),
      partition: partition,
      communicator: SerialCommunicator()
    )
    return try certify(AlignedVector(lambda), with: &engine, over: SerialCommunicator()).residual
  }
}

extension TimeStepping where Self: ~Copyable {
  /// λ of the owned modes.
  var values: [Double] { withLambda { Array($0.buffer) } }
}
