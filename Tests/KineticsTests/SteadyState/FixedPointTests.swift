import Communication
import Dissipation
import Kinetics
import Lattice
import Testing
import VectorMath

@Suite("Fixed point")
struct FixedPointTests {
  private let world = SerialCommunicator()

  @Test("A combination of iterations needs a fraction of the evaluations of a plain fixed point")
  func acceleration() throws {
    // Slow: two modes have nearly no rate.
    let model = OpenLattice(
      hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 5), weight: 0.001),
        WeightedBath(JumpBath.dephasing(rates: [1, 0]), weight: 0.999),
      ],
      coupling: 0.05
    )
    let bands = try BandStructure(
      of: model.hamiltonian,
      on: MomentumGrid(extents: [50]),
      momenta: 0..<50
    )
    var engine = DirectForce(
      kernel: try model.kernel(on: bands),
      partition: Partition(momenta: 50, bands: 2, over: world),
      communicator: world
    )
    var counts: [Int] = []
    var states: [[Double]] = []
    for depth in [0, 8] {
      let lambda = AlignedVector(count: 100)
      counts.append(
        try iterateFixedPoint(
          lambda,
          filling: 0.5,
          engine: &engine,
          tolerance: 2e-13,
          limit: 2000,
          depth: depth,
          over: world
        )
      )
      // What creeps stops early: its last change is small, its residual is not.
      let limit = depth > 0 ? 1e-12 : 1e-10
      #expect(try certify(lambda, with: &engine, over: world).residual < limit)
      states.append(Array(lambda.buffer))
    }
    #expect(counts[1] * 5 <= counts[0], "\(counts)")
    for (a, b) in zip(states[0], states[1]) { #expect(abs(a - b) < 1e-8) }
  }

  @Test("Gain and loss below zero are no balance, however equal they are")
  func negativeRates() throws {
    let channel = Channel(coupling: 1, source: [-1, -1], sink: [1, 1])
    var engine = DirectForce(
      kernel: RateKernel(separable: SeparableKernel(channels: [channel])),
      partition: Partition(momenta: 2, bands: 1, over: world),
      communicator: world
    )
    #expect(try certify(AlignedVector(count: 2), with: &engine, over: world).residual == .infinity)
  }
}
