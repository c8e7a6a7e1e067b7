import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

@Suite("Steady states against all reference values")
struct SteadyReferenceTests {
  /// The steady state of a chain from a cold start, with λ of all modes.
  static func cold(
    _ model: OpenLattice,
    modes: Int,
    filling: Double = 0.5
  ) throws -> SteadyResult {
    let setup = StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [modes]),
      initial: .uniform(filling: filling),
      recordedModes: Array(0..<modes * model.hamiltonian.orbitals.count)
    )
    return try SteadyStudy(setup).run(over: SerialCommunicator())
  }

  @Test("λ and current of Fig. 3 at all drives, to 1e-11")
  func figure3() throws {
    let states = try Reference.steadyStates().figure3
    #expect(states.count == 21)
    let grid = try MomentumGrid(extents: [100])
    for state in states {
      let result = try Self.cold(Chain.tightBinding(beta: 2, drive: state.drive), modes: 100)
      let places =
        try state.momenta.map { momenta in
          try momenta.map { try #require(grid.index(ofMomentum: [$0])) }
        } ?? Array(0..<100)
      for (place, expected) in zip(places, state.lambdas) {
        #expect(abs(result.lambda[place] - expected) < 1e-11, "drive \(state.drive)")
      }
      #expect(abs(result.observables.current[0] - state.current) < 1e-11)
      #expect(result.certificate.residual < 1e-12)
      #expect(result.iterations <= 8)
    }
  }

  @Test("Currents and λ of Figs. 5 and 6 at all drives, to 1e-11")
  func figures5and6() throws {
    let states = try Reference.steadyStates().figures5and6
    #expect(states.count == 377)
    for state in states {
      let model = try Chain.rashba(
        beta: 2,
        drive: state.drive,
        rates: [state.rateUp, state.rateDown]
      )
      let result = try Self.cold(model, modes: state.modes)
      let currents = result.observables.orbitalCurrents
      #expect(abs(result.observables.current[0] - state.current) < 1e-11, "\(state.drive)")
      #expect(abs(currents[0] - state.currentUp) < 1e-11, "\(state.drive)")
      #expect(abs(currents[1] - state.currentDown) < 1e-11, "\(state.drive)")
      for (lambda, expected) in zip(result.lambda, state.lambdas ?? []) {
        #expect(abs(lambda - expected) < 1e-11, "\(state.drive)")
      }
      #expect(result.certificate.residual < 1e-12)
      #expect((result.otherResidual ?? 1) < 1e-12)
    }
  }

  @Test("dI/d(filling) of both chains, to 1e-8")
  func fillingSlopes() throws {
    let slopes = try Reference.steadyStates().fillingSlopes
    #expect(slopes.count == 28)
    // Where modes have no rate the reference's response has no meaning.
    for expected in slopes where expected.model == 1 || expected.drive < 1 {
      let model =
        expected.model == 1
        ? try Chain.tightBinding(beta: expected.beta, drive: expected.drive)
        : try Chain.rashba(beta: expected.beta, drive: expected.drive)
      let result = try Self.cold(model, modes: expected.modes)
      let slope = try #require(result.fillingSlope?.first)
      // Zero by symmetry at drive 0, where the reference itself has up to 1.1e-12.
      #expect(abs(slope - expected.slope) < 1e-8 * abs(expected.slope) + 2e-12)
    }
  }

  @Test(
    "Cold lattices, weak fields, drives at the end, other fillings: steady by both engines",
    arguments: [2.0, 10, 20],
    [0.1, 0.5, 0.9]
  )
  func certificates(beta: Double, filling: Double) throws {
    for drive in [0, 0.3, 0.999, 1] {
      var models = [try Chain.tightBinding(beta: beta, drive: drive)]
      for zeeman in [0.01, 0.1, 1] {
        models.append(try Chain.rashba(beta: beta, drive: drive, zeeman: zeeman))
      }
      for model in models {
        let result = try Self.cold(model, modes: 60, filling: filling)
        #expect(result.certificate.residual < 1e-12)
        #expect((result.otherResidual ?? 1) < 1e-12)
        #expect(result.fillingError < 1e-12)
        #expect(result.iterations <= 100)
      }
    }
  }

  @Test("At β = 20 the paper's chains take few passes", arguments: [(1, 14), (2, 26)])
  func passes(_ model: Int, _ limit: Int) throws {
    let chain =
      model == 1
      ? try Chain.tightBinding(beta: 20, drive: 0.5) : try Chain.rashba(beta: 20, drive: 0.5)
    #expect(try Self.cold(chain, modes: 1000).iterations <= limit)
  }

  @Test("Evolution ends where modes without rates keep theirs", arguments: [0.3, 0.5])
  func idleModes(filling: Double) throws {
    let model = try Chain.rashba(beta: 2, drive: 1)
    let result = try Self.cold(model, modes: 30, filling: filling)
    #expect(result.certificate.idleModes == 2)
    var observer = SilentObserver()
    let study = EvolveStudy(
      StudySetup(
        model: model,
        grid: try MomentumGrid(extents: [30]),
        initial: .uniform(filling: filling),
        recordedModes: Array(0..<60)
      ),
      outputTimes: [0, 20_000],
      control: StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10)
    )
    let final = try study.run(over: SerialCommunicator(), observer: &observer)
    for (one, other) in zip(final.outputs[1].lambda, result.lambda) {
      #expect(abs(one - other) < 1e-7)
    }
  }
}
