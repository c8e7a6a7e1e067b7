import Dissipation
import Kinetics
import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Physics of the forces")
struct PhysicsOfForcesTests {
  private static func tables(_ model: OpenLattice, _ count: Int) throws -> ModeTables {
    try ModeTables(of: model, on: MomentumGrid(extents: [count]), momenta: 0..<count)
  }

  private static func model(
    beta: Double,
    drive: Double,
    delta: Complex<Double> = Complex(1, 1),
    deltaPrime: Complex<Double> = Complex(1, 0.5)
  ) throws -> OpenLattice {
    let raman = JumpOperator.raman(delta: delta, deltaPrime: deltaPrime)
    return OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive),
        WeightedBath(JumpBath(operators: [raman]), weight: drive),
      ],
      coupling: 0.05
    )
  }

  @Test(
    "The Gibbs state of any chemical potential is stationary under a thermal bath",
    arguments: TestedEngine.allCases,
    [0, 0.5, 2, 20]
  )
  func gibbs(_ engine: TestedEngine, _ beta: Double) throws {
    let tables = try Self.tables(Self.model(beta: beta, drive: 0), 50)
    for chemical in [-1.5, 0, 0.7] {
      let lambda = tables.energies.map { beta * ($0 - chemical) }
      let values = try engine.values(tables.kernel.separable, at: lambda)
      let largest = lambda.map(abs).max() ?? 0
      for q in lambda.indices {
        let toward = values.loss[q] / DoubleDouble.occupation(-lambda[q]).high
        // λ is rounded by half a unit for each of two operations, and so is the exponent of the rates;
        // sums of fifty terms add eight.
        #expect(abs(values.derivative[q]) <= (20 + 4 * largest) * .ulpOfOne * toward)
      }
    }
  }

  @Test("A Gibbs state of another temperature is not stationary", arguments: TestedEngine.allCases)
  func wrongTemperature(_ engine: TestedEngine) throws {
    let tables = try Self.tables(Self.model(beta: 2, drive: 0), 50)
    let values = try engine.values(tables.kernel.separable, at: tables.energies.map { 1.9 * $0 })
    #expect(values.derivative.contains { abs($0) > 0.1 })
  }

  @Test(
    "Hot modes cool: λ̇ has the sign of the energy from infinite temperature on",
    arguments: TestedEngine.allCases
  )
  func cooling(_ engine: TestedEngine) throws {
    let tables = try Self.tables(Self.model(beta: 2, drive: 0), 10)
    let values = try engine.values(tables.kernel.separable, at: [Double](repeating: 0, count: 10))
    for (rate, energy) in zip(values.derivative, tables.energies) where abs(energy) > 0.1 {
      #expect((rate > 0) == (energy > 0))
    }
  }

  @Test(
    "With real δ and δ' an even state stays even, bit for bit",
    arguments: TestedEngine.allCases
  )
  func parity(_ engine: TestedEngine) throws {
    let model = try Self.model(beta: 2, drive: 0.5, delta: Complex(0.7), deltaPrime: Complex(0.3))
    let tables = try Self.tables(model, 40)
    let values = try engine.values(tables.kernel.separable, at: tables.energies.map { 0.3 * $0 })
    for j in 1..<40 { #expect(values.derivative[j] == values.derivative[40 - j]) }
  }

  @Test("With complex δ and δ' an even state does not stay even", arguments: TestedEngine.allCases)
  func brokenParity(_ engine: TestedEngine) throws {
    let tables = try Self.tables(Self.model(beta: 2, drive: 0.5), 40)
    let values = try engine.values(tables.kernel.separable, at: tables.energies.map { 0.3 * $0 })
    #expect((1..<40).contains { abs(values.derivative[$0] - values.derivative[40 - $0]) > 0.1 })
  }

  @Test(
    "Both engines agree component by component to 1e-13",
    arguments: [0.0, 2, 20],
    [0, 0.5, 1]
  )
  func engines(_ beta: Double, _ drive: Double) throws {
    let tables = try Self.tables(Self.model(beta: beta, drive: drive), 300)
    let lambda = ForceTests.lambda(300, size: 3 + 2 * beta)
    let direct = try TestedEngine.direct.values(tables.kernel.separable, at: lambda)
    let separable = try TestedEngine.separable.values(tables.kernel.separable, at: lambda)
    for q in lambda.indices {
      #expect(abs(separable.gain[q] - direct.gain[q]) <= 1e-13 * direct.gain[q])
      #expect(abs(separable.loss[q] - direct.loss[q]) <= 1e-13 * direct.loss[q])
    }
  }
}
