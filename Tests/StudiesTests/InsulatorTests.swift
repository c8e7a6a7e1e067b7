import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

/// Filled bands below a gap, whose few particles and holes fix λ: their sums are far below a rounding of Σ n.
@Suite("Steady states of cold insulators")
struct InsulatorTests {
  /// The Rashba–Zeeman chain in a strong field, dephasing of the up spin.
  private struct Case: Sendable {
    let modes: Int
    let zeeman: Double
    let beta: Double
    let drive: Double
    /// λ of both bands at the first and at the fourth momentum, dI/d(drive) and dI/d(filling), from Newton's method on
    /// all λ in 70 digits, with the pair sums of the definition.
    let lambda: [Double]
    let slopes: (drive: Double, filling: Double)
  }

  private static let cases = [
    Case(
      modes: 12,
      zeeman: 4,
      beta: 30,
      drive: 0,
      lambda: [180, -60, 76.3675323681471298, -76.3675323681471298],
      slopes: (0.0005293691776935125, 0.71484998823385326)
    ),
    Case(
      modes: 12,
      zeeman: 4,
      beta: 40,
      drive: 0.5,
      lambda: [121.882723910196232, -79.463005494391816, 52.952759339448027, -50.950058693097387],
      slopes: (1.5113951915963933e-15, 0.69524823752585109)
    ),
    Case(
      modes: 12,
      zeeman: 5,
      beta: 40,
      drive: 0.5,
      lambda: [142.141431542479999, -119.518966272445025, 68.79744078906093, -66.964957740319759],
      slopes: (3.6819131381445603e-23, 0.85007824660058445)
    ),
    Case(
      modes: 16,
      zeeman: 4,
      beta: 20,
      drive: 0.5,
      lambda: [61.599973596902292, -40.028518488307344, 35.140631210924918, -18.643557313031007],
      slopes: (2.6616265811763563e-8, -0.49342612078045417)
    ),
  ]

  /// λ to some roundings of it, slopes to 2⁻⁴⁰ of themselves.
  @Test("Lambda and slopes are those of 70 digits", arguments: cases.indices, [1, 3])
  func reference(_ index: Int, _ ranks: Int) throws {
    let wanted = Self.cases[index]
    let model = try Chain.rashba(beta: wanted.beta, drive: wanted.drive, zeeman: wanted.zeeman)
    let setup = StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [wanted.modes]),
      recordedModes: [0, 1, 6, 7]
    )
    let outcomes = InProcessCommunicator.outcomes(ranks: ranks) { group in
      try SteadyStudy(setup).run(over: group)
    }
    for outcome in outcomes {
      let found = try outcome.get()
      for (value, exact) in zip(found.lambda, wanted.lambda) {
        #expect(abs(value - exact) <= 16 * exact.ulp)
      }
      for (slope, exact) in [
        (found.driveSlope?[0], wanted.slopes.drive),
        (found.fillingSlope?[0], wanted.slopes.filling),
      ] {
        #expect(abs((slope ?? .nan) - exact) <= 0x1p-40 * abs(exact))
      }
    }
  }

  @Test("The direct engine has the same state", arguments: cases.indices)
  func direct(_ index: Int) throws {
    let wanted = Self.cases[index]
    let setup = StudySetup(
      model: try Chain.rashba(beta: wanted.beta, drive: wanted.drive, zeeman: wanted.zeeman),
      grid: try MomentumGrid(extents: [wanted.modes]),
      recordedModes: [0, 1, 6, 7],
      forces: ForceOptions(choice: .direct)
    )
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    for (value, exact) in zip(found.lambda, wanted.lambda) {
      #expect(abs(value - exact) <= 16 * exact.ulp)
    }
  }

  @Test("A large lattice begins with the coarse one, whose bands are as full", arguments: [0, 0.5])
  func large(_ drive: Double) throws {
    let setup = StudySetup(
      model: try Chain.rashba(beta: 30, drive: drive, zeeman: 4),
      grid: try MomentumGrid(extents: [20_000]),
      recordedModes: [0, 1]
    )
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    if drive == 0 {
      // λ = β (ε − μ), and particles and holes are alike.
      for (value, exact) in zip(found.lambda, [180, -60.0]) {
        #expect(abs(value - exact) <= 16 * exact.ulp)
      }
    } else {
      var small = setup
      small.grid = try MomentumGrid(extents: [4000])
      let other = try SteadyStudy(small).run(over: SerialCommunicator())
      for (value, exact) in zip(found.lambda, other.lambda) {
        #expect(abs(value - exact) <= 16 * exact.ulp)
      }
    }
  }

  @Test("A Gibbs state has the chemical potential in the gap", arguments: [10.0, 40, 75])
  func gibbs(_ beta: Double) throws {
    let setup = StudySetup(
      model: try Chain.rashba(beta: beta, drive: 0, zeeman: 4),
      grid: try MomentumGrid(extents: [12]),
      initial: .thermal(inverseTemperature: beta, filling: 0.5),
      recordedModes: [0, 1]
    )
    let control = StepControl(relativeTolerance: 1e-8, absoluteTolerance: 1e-8)
    let study = EvolveStudy(setup, outputTimes: [0], control: control)
    let found = try EvolveStudyTests.run(study).outputs[0].lambda
    for (value, exact) in zip(found, [6 * beta, -2 * beta]) {
      #expect(abs(value - exact) <= 16 * exact.ulp)
    }
  }
}
