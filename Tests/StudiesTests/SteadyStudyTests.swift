import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import Studies
import Testing
import VectorMath

/// The two chains of the paper, driven.
enum Chain {
  static func tightBinding(beta: Double, drive: Double) throws -> OpenLattice {
    OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive, slope: -1),
        WeightedBath(
          JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
          weight: drive,
          slope: 1
        ),
      ],
      coupling: 0.05
    )
  }

  static func rashba(
    beta: Double,
    drive: Double,
    zeeman: Double = 1,
    rates: [Double] = [1, 0]
  ) throws -> OpenLattice {
    OpenLattice(
      hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: zeeman),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive, slope: -1),
        WeightedBath(JumpBath.dephasing(rates: rates), weight: drive, slope: 1),
      ],
      coupling: 0.05
    )
  }
}

@Suite("Steady states")
struct SteadyStudyTests {
  private func steady(
    _ model: OpenLattice,
    modes: Int,
    filling: Double = 0.5,
    forces: ForceOptions = .init()
  ) throws -> SteadyResult {
    let study = SteadyStudy(
      StudySetup(
        model: model,
        grid: try MomentumGrid(extents: [modes]),
        initial: .uniform(filling: filling),
        recordedModes: Array(0..<modes * model.hamiltonian.orbitals.count),
        forces: forces
      )
    )
    return try study.run(over: SerialCommunicator())
  }

  @Test("λ and current of Fig. 3 to 1e-11, from a cold start", arguments: try Reference.figure3())
  func figure3(_ state: Reference.SteadyState) throws {
    let result = try steady(Chain.tightBinding(beta: 2, drive: state.drive), modes: 100)
    for (lambda, expected) in zip(result.lambda, state.lambda) {
      #expect(abs(lambda - expected) < 1e-11)
    }
    #expect(abs(result.observables.current[0] - state.current) < 1e-11)
    #expect(result.iterations <= 8)
  }

  @Test("Currents of Figs. 5 and 6 to 1e-11", arguments: try Reference.figures5and6())
  func figures5and6(_ state: Reference.SpinCurrents) throws {
    let model = try Chain.rashba(
      beta: 2,
      drive: state.drive,
      rates: [state.rateUp, state.rateDown]
    )
    let result = try steady(model, modes: 100)
    #expect(abs(result.observables.current[0] - state.current) < 1e-11)
    #expect(abs(result.observables.orbitalCurrents[0] - state.currentUp) < 1e-11)
    #expect(abs(result.observables.orbitalCurrents[1] - state.currentDown) < 1e-11)
    #expect(result.certificate.residual < 1e-12)
    #expect((result.otherResidual ?? 1) < 1e-12)
  }

  @Test(
    "I(L) for all β, drives and fields of the reference, to 1e-12 of the largest current",
    arguments: try Reference.finiteSizes()
  )
  func finiteSizes(_ chain: Reference.FiniteSize) throws {
    let scale = try #require(chain.currents.values.map(abs).max())
    for (size, current) in chain.currents {
      let model = try chain.model
      let result = try steady(model, modes: try #require(Int(size)))
      #expect(abs(result.observables.current[0] - current) < 1e-12 * scale, "L = \(size)")
      #expect(result.certificate.residual < 1e-12)
      #expect(result.iterations <= 40)
    }
  }

  @Test("dI/d(drive) of the reference to 1e-8", arguments: try Reference.responses())
  func slopes(_ state: Reference.Response) throws {
    let model =
      state.model == 1
      ? try Chain.tightBinding(beta: 2, drive: state.drive)
      : try Chain.rashba(beta: 2, drive: state.drive)
    let slope = try #require(try steady(model, modes: 100).driveSlope?.first)
    #expect(abs(slope - state.slope) < 1e-8 * abs(state.slope))
  }

  @Test("dI/d(filling) is the slope of the current against the filling")
  func fillingSlope() throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.3)
    let slope = try #require(try steady(model, modes: 60, filling: 0.4).fillingSlope?.first)
    // Central differences with h and 2h: the error is of order h⁴.
    func current(_ filling: Double) throws -> Double {
      try steady(model, modes: 60, filling: filling).observables.current[0]
    }
    let h = 1e-3
    let near = (try current(0.4 + h) - current(0.4 - h)) / (2 * h)
    let far = (try current(0.4 + 2 * h) - current(0.4 - 2 * h)) / (4 * h)
    #expect(abs((4 * near - far) / 3 - slope) < 1e-9)
  }

  @Test("Evolution ends in the steady state, at other fillings too", arguments: [0.2, 0.5, 0.8])
  func evolution(filling: Double) throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.7)
    let result = try steady(model, modes: 40, filling: filling)
    let study = EvolveStudy(
      StudySetup(
        model: model,
        grid: try MomentumGrid(extents: [40]),
        initial: .uniform(filling: filling),
        recordedModes: Array(0..<40)
      ),
      outputTimes: [0, 1500],
      control: StepControl(relativeTolerance: 1e-11, absoluteTolerance: 1e-11)
    )
    var observer = SilentObserver()
    let final = try #require(
      try study.run(over: SerialCommunicator(), observer: &observer).outputs.last
    )
    for (one, other) in zip(final.lambda, result.lambda) { #expect(abs(one - other) < 1e-8) }
  }

  @Test("Pair sums find the same state by a fixed point")
  func fixedPoint() throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.5)
    let one = try steady(model, modes: 50)
    let other = try steady(model, modes: 50, forces: ForceOptions(choice: .direct))
    #expect(other.engine == "direct")
    for (a, b) in zip(one.lambda, other.lambda) { #expect(abs(a - b) < 1e-11) }
  }

  @Test("An ohmic bath: compressed and by pair sums, to the tolerance of the compression")
  func ohmic() throws {
    var model = try Chain.tightBinding(beta: 2, drive: 0.5)
    model.baths[0].dissipator = ThermalBath(inverseTemperature: 2, spectrum: .ohmic)
    let dense = try steady(model, modes: 120)
    let compressed = try steady(model, modes: 120, forces: ForceOptions(compression: 1e-12))
    #expect(dense.engine == "direct")
    #expect(compressed.engine == "separable")
    for (a, b) in zip(dense.lambda, compressed.lambda) { #expect(abs(a - b) < 1e-10) }
  }

  @Test("Who asks for both engines has the residual of the other one, whichever found the state")
  func bothEngines() throws {
    let plain = try Chain.tightBinding(beta: 2, drive: 0.4)
    for choice in [ForceChoice.auto, .direct] {
      let result = try steady(plain, modes: 60, forces: ForceOptions(choice: choice, verify: true))
      #expect(result.engine == (choice == .auto ? "separable" : "direct"))
      #expect((result.otherResidual ?? 1) < 1e-14)
    }
    var ohmic = plain
    ohmic.baths[0].dissipator = ThermalBath(inverseTemperature: 2, spectrum: .ohmic)
    let forces = ForceOptions(compression: 1e-9, verify: true)
    let residual = try #require(try steady(ohmic, modes: 60, forces: forces).otherResidual)
    // That of the compression, which is no rounding.
    #expect(residual < 1e-9 && residual > 1e-14)
    // Of 1e-12 it is not compressed.
    for compression in [nil, 1e-12] {
      #expect(throws: ModelError.self) {
        try steady(
          ohmic,
          modes: 60,
          forces: ForceOptions(compression: compression, verify: true)
        )
      }
    }
  }

  @Test("The compressed ohmic bath alone leads to β(ε - μ) to 1e-9 at β = 20")
  func coldGibbs() throws {
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [WeightedBath(ThermalBath(inverseTemperature: 20, spectrum: .ohmic), weight: 1)],
      coupling: 0.05
    )
    let result = try steady(model, modes: 1000, forces: ForceOptions(compression: 1e-9))
    #expect(result.engine == "separable")
    let grid = try MomentumGrid(extents: [1000])
    for (mode, lambda) in result.lambda.enumerated() {
      let expected = -40 * Double.cos(.pi * grid.momentum(at: mode)[0])
      #expect(abs(lambda - expected) < 1e-9)
    }
  }

  @Test(
    "Modes without any rate keep their occupation and are counted",
    arguments: [ForceChoice.separable, .direct]
  )
  func idleModes(_ choice: ForceChoice) throws {
    let result = try steady(
      Chain.rashba(beta: 2, drive: 1),
      modes: 100,
      filling: 0.3,
      forces: ForceOptions(choice: choice)
    )
    #expect(result.certificate.idleModes == 2)
    // (k = −π, −), in the order of modes the second.
    #expect(result.certificate.firstIdleMode == 1)
    #expect(abs(result.lambda[1] - .log(0.7 / 0.3)) < 1e-15)
    #expect(result.driveSlope == nil)
  }

  @Test("A state that is not steady has no certificate")
  func certificate() throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.5)
    let world = SerialCommunicator()
    let partition = Partition(momenta: 20, bands: 1, over: world)
    var engine = DirectForce(
      kernel: try model.kernel(
        on: BandStructure(
          of: model.hamiltonian,
          on: MomentumGrid(extents: [20]),
          momenta: 0..<20
        )
      ),
      partition: partition,
      communicator: world
    )
    let state = AlignedVector([Double](repeating: 0, count: 20))
    #expect(try certify(state, with: &engine, over: world).residual > 1e-2)
    let broken = AlignedVector([Double](repeating: .nan, count: 20))
    #expect(try certify(broken, with: &engine, over: world).residual == .infinity)
  }

  @Test(
    "Only the filling of the initial state matters, however cold it is",
    arguments: [10.0, 1e4]
  )
  func coldStart(_ beta: Double) throws {
    var setup = StudySetup(
      model: try Chain.tightBinding(beta: 2, drive: 0.5),
      grid: try MomentumGrid(extents: [60]),
      initial: .uniform(filling: 0.3),
      recordedModes: Array(0..<60)
    )
    let uniform = try SteadyStudy(setup).run(over: SerialCommunicator())
    setup.initial = .thermal(inverseTemperature: beta, filling: 0.3)
    let cold = try SteadyStudy(setup).run(over: SerialCommunicator())
    for (one, other) in zip(uniform.lambda, cold.lambda) { #expect(abs(one - other) < 1e-13) }
  }
}
