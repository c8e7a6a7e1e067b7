import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Engine against engine")
struct EngineAgreementTests {
  /// How far the engines are apart in a state.
  private func compare(
    _ kernel: RateKernel,
    with other: RateKernel,
    bands: Int,
    at lambda: [Double]
  ) throws -> ForceDeviation {
    let world = SerialCommunicator()
    let partition = Partition(momenta: lambda.count / bands, bands: bands, over: world)
    var separable = try SeparableForce(
      kernel: kernel.separable,
      partition: partition,
      communicator: world
    )
    var direct = DirectForce(kernel: other, partition: partition, communicator: world)
    return try deviation(of: &separable, from: &direct, at: AlignedVector(lambda), over: world)
  }

  @Test(
    "Moments and pair sums agree to 1e-13 in the norm for random lattices and jump operators",
    arguments: [1, 2, 3],
    [1, 2, 3, 4]
  )
  func randomModels(dimension: Int, orbitals: Int) throws {
    for beta in [0.0, 2, 20] {
      let random = try RandomModel(
        dimension: dimension,
        orbitals: orbitals,
        beta: beta,
        seed: UInt64(10 * dimension + orbitals)
      )
      var generator = SeededGenerator(seed: 3)
      let modes = random.grid.count * orbitals
      let kernel = try random.kernel
      #expect(kernel.isSeparable)
      for _ in 0..<3 {
        let lambda = generator.doubles(modes, in: -6...6)
        let deviation = try compare(kernel, with: kernel, bands: orbitals, at: lambda)
        #expect(deviation.normwise < 1e-13, "β = \(beta)")
      }
    }
  }

  @Test(
    "Every gain and loss agrees to 1e-13 where no factor is negative",
    arguments: [0.0, 2, 20],
    [true, false]
  )
  func components(beta: Double, rashba: Bool) throws {
    let model = OpenLattice(
      hamiltonian: rashba
        ? try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1)
        : try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 0.3),
        WeightedBath(
          rashba
            ? JumpBath.dephasing(rates: [0.8, 0.2])
            : JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
          weight: 0.7
        ),
      ],
      coupling: 0.05
    )
    let grid = try MomentumGrid(extents: [150])
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<150)
    let kernel = try model.kernel(on: bands)
    #expect(kernel.separable.isNonnegative)
    var generator = SeededGenerator(seed: 4)
    let modes = bands.energies.count
    let states = [
      [Double](repeating: 0, count: modes), bands.energies.map { beta * $0 - 0.3 },
      generator.doubles(modes, in: -20...20),
    ]
    for lambda in states {
      let deviation = try compare(kernel, with: kernel, bands: bands.bands, at: lambda)
      #expect(deviation.componentwise < 1e-13)
    }
  }

  @Test("Engines of different kernels are told apart")
  func difference() throws {
    let one = try RandomModel(dimension: 1, orbitals: 1, beta: 1, seed: 1).kernel
    let two = try RandomModel(dimension: 1, orbitals: 1, beta: 1.001, seed: 1).kernel
    let modes = one.separable.channels[0].source.count
    let deviation = try compare(
      one,
      with: two,
      bands: 1,
      at: [Double](repeating: 0.1, count: modes)
    )
    #expect(deviation.componentwise > 1e-5)
    #expect(deviation.normwise > 1e-5)
  }

  @Test(
    "The pair sums of modulated kernels are the sums of their rates",
    arguments: [0.1, 2, 20],
    [7, 600]
  )
  func modulated(beta: Double, modes: Int) throws {
    let grid = try MomentumGrid(extents: [modes], twists: [0.1])
    let hamiltonian = try BlochHamiltonian.tightBinding(hopping: 1)
    let bands = try BandStructure(of: hamiltonian, on: grid, momenta: 0..<modes)
    let model = OpenLattice(
      hamiltonian: hamiltonian,
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta, spectrum: .ohmic), weight: 0.5),
        WeightedBath(CorrelatedDephasing(length: beta, rates: [1]), weight: 0.25),
        WeightedBath(ThermalBath(inverseTemperature: 1), weight: 0.25),
      ],
      coupling: 0.05
    )
    let kernel = try model.kernel(on: bands)
    #expect(kernel.modulated.count == 2)
    var generator = SeededGenerator(seed: 5)
    let lambda = generator.doubles(modes, in: -5...5)
    let world = SerialCommunicator()
    var engine = DirectForce(
      kernel: kernel,
      partition: Partition(momenta: modes, bands: 1, over: world),
      communicator: world
    )
    let values = try ForceValues(&engine, at: lambda)
    for q in 0..<modes where q % 37 < 7 {
      var (gain, loss) = (0.0, 0.0)
      for k in 0..<modes {
        gain += kernel.rate(from: k, to: q) / (1 + .exp(lambda[k]))
        loss += kernel.rate(from: q, to: k) / (1 + .exp(-lambda[k]))
      }
      // Sums of up to 600 terms, each with a few roundings.
      #expect(abs(values.gain[q] - gain) <= 1e-13 * gain)
      #expect(abs(values.loss[q] - loss) <= 1e-13 * loss)
    }
  }
}
