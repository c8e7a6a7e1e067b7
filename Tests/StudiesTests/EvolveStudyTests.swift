import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import Studies
import TestSupport
import Testing
import VectorMath

@Suite("Evolve study")
struct EvolveStudyTests {
  /// The paper's chain: β = 2, ε = 0.05, δ = 1 + i, δ′ = 1 + 0.5i.
  static func study(
    extents: [Int] = [100],
    drive: Double,
    outputTimes: [Double],
    initial: InitialState = .uniform(filling: 0.5),
    delta: Complex<Double> = Complex(1, 1),
    deltaPrime: Complex<Double> = Complex(1, 0.5),
    forces: ForceChoice,
    verify: Bool = false
  ) throws -> EvolveStudy {
    let raman = JumpOperator.raman(delta: delta, deltaPrime: deltaPrime)
    let grid = try MomentumGrid(extents: extents)
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1, dimension: extents.count),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1 - drive),
        WeightedBath(JumpBath(operators: [raman]), weight: drive),
      ],
      coupling: 0.05
    )
    return EvolveStudy(
      StudySetup(
        model: model,
        grid: grid,
        initial: initial,
        recordedModes: Array(0..<grid.count),
        forces: ForceOptions(choice: forces, verify: verify)
      ),
      outputTimes: outputTimes,
      control: StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10)
    )
  }

  static func run(_ study: EvolveStudy) throws -> EvolveResult {
    var observer = SilentObserver()
    return try study.run(over: SerialCommunicator(), observer: &observer)
  }

  private static func deviation(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }

  /// The first steps are of the order e^−|λ|, whatever comes later.
  @Test(
    "Cold states, and cold baths, are as good as others",
    arguments: [SteppingMethod.explicit, .implicit, .auto],
    [(2.0, 17.0), (2, 40), (40, 0)]
  )
  func cold(_ method: SteppingMethod, _ temperatures: (bath: Double, initial: Double)) throws {
    // Explicit steps would be limited by stability.
    if method == .explicit, temperatures.bath > 10 { return }
    var setup = StudySetup(
      model: try Chain.tightBinding(beta: temperatures.bath, drive: 0.5),
      grid: try MomentumGrid(extents: [8]),
      recordedModes: Array(0..<8)
    )
    let steady = try SteadyStudy(setup).run(over: SerialCommunicator())
    setup.initial = .thermal(inverseTemperature: temperatures.initial, filling: 0.5)
    let study = EvolveStudy(
      setup,
      outputTimes: [1e-30, 5, 3000],
      control: StepControl(relativeTolerance: 1e-9, absoluteTolerance: 1e-9),
      method: method
    )
    let outputs = try EvolveStudyTests.run(study).outputs
    #expect(outputs.map(\.time) == [1e-30, 5, 3000])
    #expect(EvolveStudyTests.deviation(outputs[2].lambda, steady.lambda) < 1e-7)
  }

  @Test("λ of all modes agrees with Fig. 2 to 1e-8 at all times", arguments: ForceChoice.allCases)
  func figure2(_ forces: ForceChoice) throws {
    let reference = try Reference.figure2()
    #expect(reference.map(\.t) == [0, 10, 50, 100, 200, 400])
    let result = try Self.run(
      Self.study(drive: 0, outputTimes: reference.map(\.t), forces: forces)
    )
    for (output, snapshot) in zip(result.outputs, reference) {
      #expect(output.time == snapshot.t)
      #expect(Self.deviation(output.lambda, snapshot.lambda) <= 1e-8)
    }
    #expect(result.outputs.count == reference.count)
  }

  @Test("λ of Fig. 2 has the paper's values at q = -π, -0.6π and 0.2π")
  func paperValues() throws {
    var study = try Self.study(drive: 0, outputTimes: [0, 10, 100], forces: .auto)
    study.setup.recordedModes = try [-1, -0.6, 0.2].map { momentum in
      try #require(study.setup.grid.index(ofMomentum: [momentum]))
    }
    #expect(study.setup.recordedModes == [0, 20, 60])
    let outputs = try Self.run(study).outputs
    let expected = [
      [2.680436119237764, 0.5953084792983524, -1.9187588530210182],
      [3.999871223004007, 1.2045211934935349, -3.2335959819863036],
    ]
    #expect(Self.deviation(outputs[1].lambda, expected[0]) <= 1e-8)
    #expect(Self.deviation(outputs[2].lambda, expected[1]) <= 1e-8)
  }

  @Test("In equilibrium no current flows and the filling stays", arguments: ForceChoice.allCases)
  func equilibrium(_ forces: ForceChoice) throws {
    let result = try Self.run(Self.study(drive: 0, outputTimes: [0, 10, 100, 400], forces: forces))
    for output in result.outputs { #expect(abs(output.observables.current[0]) < 1e-12) }
    #expect(result.fillingDrift < 1e-9)
  }

  @Test(
    "Driven long enough, λ and the current are those of Fig. 3",
    arguments: [0.5, 1],
    [ForceChoice.direct, .separable]
  )
  func figure3(_ drive: Double, _ forces: ForceChoice) throws {
    let reference = try #require(try Reference.figure3().first { $0.drive == drive })
    // The slowest rate is above 0.25 ε: e^(−0.25 · 0.05 · 2000) = 1e-11.
    let result = try Self.run(Self.study(drive: drive, outputTimes: [0, 2000], forces: forces))
    let last = try #require(result.outputs.last)
    #expect(Self.deviation(last.lambda, reference.lambda) <= 1e-8)
    #expect(abs(last.observables.current[0] - reference.current) <= 1e-10)
    #expect(result.fillingDrift < 1e-9)
  }

  @Test("With real δ and δ' exactly no current flows, driven or not", arguments: [0.5, 1])
  func noCurrentWithoutSymmetryBreaking(_ drive: Double) throws {
    let study = try Self.study(
      drive: drive,
      outputTimes: [0, 20, 100],
      delta: Complex(0.8),
      deltaPrime: Complex(0.4),
      forces: .direct
    )
    for output in try Self.run(study).outputs { #expect(output.observables.current == [0]) }
  }

  @Test("From another filling the thermal bath leads to the Gibbs state of that filling")
  func otherFilling() throws {
    let study = try Self.study(
      drive: 0,
      outputTimes: [0, 800],
      initial: .uniform(filling: 0.3),
      forces: .auto
    )
    let gibbs = InitialState.thermal(inverseTemperature: 2, filling: 0.3)
    var expected = study
    expected.setup.initial = gibbs
    expected.outputTimes = [0]
    let last = try #require(try Self.run(study).outputs.last)
    let exact = try #require(try Self.run(expected).outputs.first)
    #expect(Self.deviation(last.lambda, exact.lambda) <= 1e-8)
    #expect(abs(last.observables.filling - 0.3) <= 1e-9)
  }

  @Test("A square lattice relaxes to its Gibbs state, λ = β ε")
  func squareLattice() throws {
    var study = try Self.study(extents: [6, 5], drive: 0, outputTimes: [0, 800], forces: .auto)
    study.setup.model.baths.removeLast()
    let last = try #require(try Self.run(study).outputs.last)
    let bands = try BandStructure(
      of: study.setup.model.hamiltonian,
      on: study.setup.grid,
      momenta: 0..<30
    )
    // Half filling of a lattice with an odd side is not at μ = 0; compare differences.
    let shifts = zip(last.lambda, bands.energies).map { $0 - 2 * $1 }
    #expect((shifts.max() ?? 0) - (shifts.min() ?? 0) <= 1e-8)
  }

  @Test("The unit of rates scales time")
  func rateUnit() throws {
    var slow = try Self.study(extents: [8], drive: 0.5, outputTimes: [0, 40], forces: .direct)
    let plain = try Self.run(slow)
    slow.setup.model.rateUnit = 4
    slow.outputTimes = [0, 10]
    let scaled = try Self.run(slow)
    #expect(Self.deviation(plain.outputs[1].lambda, scaled.outputs[1].lambda) <= 1e-8)
  }

  @Test("The digest is that of the final λ", arguments: ForceChoice.allCases)
  func digest(_ forces: ForceChoice) throws {
    let result = try Self.run(Self.study(drive: 0.5, outputTimes: [0, 20], forces: forces))
    let last = try #require(result.outputs.last)
    let expected = try Kinetics.digest(
      of: AlignedVector(last.lambda),
      partition: Partition(momenta: 100, bands: 1, rank: 0, ranks: 1),
      over: SerialCommunicator()
    )
    #expect(result.digest == expected)
  }

  @Test(
    "Outputs, statistics and digest are the same on any number of ranks",
    arguments: [ForceChoice.direct, .separable],
    [2, 3, 4, 7]
  )
  func ranks(_ forces: ForceChoice, _ ranks: Int) throws {
    for length in [4, 101] {
      var study = try Self.study(
        extents: [length],
        drive: 0.5,
        outputTimes: [0, 20],
        forces: forces
      )
      study.control = StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-6)
      let expected = try Self.run(study)
      let fixed = study
      let results = try InProcessCommunicator.run(ranks: ranks) { communicator in
        var observer = SilentObserver()
        return try fixed.run(over: communicator, observer: &observer)
      }
      for result in results {
        #expect(result.digest == expected.digest)
        #expect(result.statistics == expected.statistics)
        #expect(result.outputs.map(\.lambda) == expected.outputs.map(\.lambda))
        #expect(result.outputs.map(\.observables) == expected.outputs.map(\.observables))
      }
    }
  }

  @Test("Both engines verify each other before the work, and change nothing by it")
  func verification() throws {
    let study = try Self.study(drive: 0.5, outputTimes: [0, 5], forces: .auto)
    let verified = try Self.study(drive: 0.5, outputTimes: [0, 5], forces: .auto, verify: true)
    #expect(try Self.run(verified).digest == Self.run(study).digest)
  }

  @Test("A study has as many modes as momenta times orbitals")
  func modes() throws {
    let study = try Self.study(extents: [6, 5], drive: 0, outputTimes: [0], forces: .auto)
    #expect(study.setup.modes == 30)
    var spinful = study
    spinful.setup.model.hamiltonian = try .rashbaZeeman(hopping: 1, alphaY: 1, alphaZ: 1, zeeman: 1)
    #expect(spinful.setup.modes == 60)
  }

  @Test("A model that does not fit is an error on all ranks", arguments: ForceChoice.allCases)
  func misfit(_ forces: ForceChoice) throws {
    var study = try Self.study(extents: [8], drive: 0.5, outputTimes: [0, 1], forces: forces)
    study.setup.model.baths[0].dissipator = ThermalBath(inverseTemperature: -1)
    let fixed = study
    let outcomes = InProcessCommunicator.outcomes(ranks: 3) { communicator in
      var observer = SilentObserver()
      return try fixed.run(over: communicator, observer: &observer)
    }
    for outcome in outcomes { #expect(throws: ModelError.self) { try outcome.get() } }
  }

  @Test("λ that is not a number at the start is an error, not a result")
  func notANumber() throws {
    let lambda = (0..<8).map { $0 == 3 ? Double.nan : 0 }
    let study = try Self.study(
      extents: [8],
      drive: 0.5,
      outputTimes: [0, 1],
      initial: .values(lambda),
      forces: .direct
    )
    #expect(throws: NumericalError.self) { try Self.run(study) }
  }
}
