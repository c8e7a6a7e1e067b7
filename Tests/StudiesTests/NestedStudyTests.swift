import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

@Suite("Nested steps")
struct NestedStudyTests {
  private let world = SerialCommunicator()

  private func study(
    _ model: OpenLattice,
    extents: [Int] = [8192],
    initial: InitialState = .uniform(filling: 0.5),
    times: [Double],
    tolerance: Double,
    method: SteppingMethod
  ) throws -> EvolveStudy {
    let grid = try MomentumGrid(extents: extents)
    let modes = grid.count * model.hamiltonian.orbitals.count
    return EvolveStudy(
      StudySetup(
        model: model,
        grid: grid,
        initial: initial,
        recordedModes: Array(stride(from: 0, to: modes, by: 5)),
        forces: ForceOptions(choice: .separable)
      ),
      outputTimes: times,
      control: StepControl(relativeTolerance: tolerance, absoluteTolerance: tolerance),
      method: method
    )
  }

  /// The largest deviation of λ at any output between a run of nested steps and a tight one of others, in
  /// units of the tolerance times 1 + |λ|.
  private func deviation(
    _ model: OpenLattice,
    extents: [Int] = [8192],
    initial: InitialState = .uniform(filling: 0.5),
    times: [Double],
    tolerance: Double,
    against other: SteppingMethod
  ) throws -> Double {
    var observer = SilentObserver()
    let nested = try study(
      model,
      extents: extents,
      initial: initial,
      times: times,
      tolerance: tolerance,
      method: .nested
    ).run(over: world, observer: &observer)
    let tight = try study(
      model,
      extents: extents,
      initial: initial,
      times: times,
      tolerance: max(1e-12, tolerance * 1e-3),
      method: other
    ).run(over: world, observer: &observer)
    #expect(nested.statistics.method == "nested")
    #expect(nested.statistics.nestedSteps == nested.statistics.steps)
    #expect(tight.statistics.nestedSteps == 0)
    #expect(nested.outputs.count == tight.outputs.count)
    var largest = 0.0
    for (one, two) in zip(nested.outputs, tight.outputs) {
      #expect(!one.lambda.isEmpty && one.lambda.count == two.lambda.count)
      for (a, b) in zip(one.lambda, two.lambda) {
        largest = max(largest, abs(a - b) / (1 + abs(b)) / tolerance)
      }
      let start = nested.outputs[0].observables.filling
      #expect(abs(one.observables.filling - start) < tolerance)
    }
    return largest
  }

  // The error of a whole run may be some of the tolerances of its steps.

  @Test(
    "They agree with explicit steps of a thousandth of the tolerance",
    arguments: [1e-6, 1e-8, 1e-10]
  )
  func chain(tolerance: Double) throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.5)
    #expect(try deviation(model, times: [0, 1, 10], tolerance: tolerance, against: .explicit) < 5)
  }

  @Test(
    "At other fillings, from a thermal state, at both ends of the drive",
    arguments: [0.0, 0.3, 1]
  )
  func ends(drive: Double) throws {
    let model = try Chain.tightBinding(beta: 2, drive: drive)
    for initial in [
      InitialState.uniform(filling: 0.2), .thermal(inverseTemperature: 0.7, filling: 0.8),
    ] {
      let ratio = try deviation(
        model,
        initial: initial,
        times: [0, 20],
        tolerance: 1e-8,
        against: .explicit
      )
      #expect(ratio < 5)
    }
  }

  @Test(
    "In the tails of cold chains, where only implicit steps are not stiff",
    arguments: [5.0, 10]
  )
  func cold(beta: Double) throws {
    let model = try Chain.tightBinding(beta: beta, drive: 0.5)
    let ratio = try deviation(model, times: [0, 1, 400], tolerance: 1e-8, against: .implicit)
    #expect(ratio < 5)
  }

  @Test("With two bands, with and without modes that have no rate", arguments: [0.0, 0.5, 0.91, 1])
  func rashba(drive: Double) throws {
    let model = try Chain.rashba(beta: 2, drive: drive)
    let ratio = try deviation(model, times: [0, 30], tolerance: 1e-8, against: .explicit)
    #expect(ratio < 5)
  }

  @Test("With a single bath, of one channel")
  func oneChannel() throws {
    var model = try Chain.tightBinding(beta: 2, drive: 0)
    model.baths = [model.baths[0]]
    let ratio = try deviation(
      model,
      initial: .thermal(inverseTemperature: 1, filling: 0.4),
      times: [0, 30],
      tolerance: 1e-8,
      against: .explicit
    )
    #expect(ratio < 5)
  }

  @Test("In two dimensions")
  func square() throws {
    let here = JumpOperator.Site(orbital: 0, cell: [0, 0])
    let right = JumpOperator.Site(orbital: 0, cell: [1, 0])
    let hop = JumpOperator(terms: [
      .init(amplitude: .init(1, 0.5), create: right, annihilate: here),
      .init(amplitude: .init(0.4, -0.2), create: here, annihilate: right),
    ])
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1, dimension: 2),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 1), weight: 0.5),
        WeightedBath(JumpBath(operators: [hop]), weight: 0.5),
      ],
      coupling: 0.05
    )
    let ratio = try deviation(
      model,
      extents: [96, 96],
      times: [0, 10],
      tolerance: 1e-8,
      against: .explicit
    )
    #expect(ratio < 5)
  }

  /// A field so small that the coarse lattice cannot resolve the gap that it opens.
  private func sharp() throws -> OpenLattice {
    try Chain.rashba(beta: 5, drive: 0.5, zeeman: 0.01)
  }

  @Test(
    "Moments that the coarse lattice does not have are noticed: other steps go on, or it is an error"
  )
  func refused() throws {
    var observer = SilentObserver()
    let automatic = try study(sharp(), times: [0, 2], tolerance: 1e-8, method: .auto)
      .run(over: world, observer: &observer)
    let tight = try study(sharp(), times: [0, 2], tolerance: 1e-11, method: .implicit)
      .run(over: world, observer: &observer)
    #expect(automatic.statistics.method != "nested")
    for (a, b) in zip(automatic.outputs[1].lambda, tight.outputs[1].lambda) {
      #expect(abs(a - b) < 5e-8 * (1 + abs(b)))
    }
    #expect(throws: NumericalError.self) {
      try study(sharp(), times: [0, 2], tolerance: 1e-8, method: .nested)
        .run(over: world, observer: &observer)
    }
  }

  @Test("Any number of ranks takes the same steps")
  func ranks() throws {
    let runs = try [1, 2, 3, 4, 7].map { ranks in
      let whole = try study(
        Chain.tightBinding(beta: 10, drive: 0.3),
        extents: [8200],
        times: [0, 5, 50],
        tolerance: 1e-8,
        method: .nested
      )
      return try InProcessCommunicator.outcomes(ranks: ranks) { group in
        var observer = SilentObserver()
        return try whole.run(over: group, observer: &observer)
      }[0].get()
    }
    for run in runs {
      #expect(run.digest == runs[0].digest && run.statistics == runs[0].statistics)
      #expect(run.statistics.method == "nested")
    }
  }

  @Test("Lattices that have no coarse one are refused")
  func small() throws {
    var observer = SilentObserver()
    #expect(throws: ModelError.self) {
      try study(
        Chain.tightBinding(beta: 2, drive: 0.5),
        extents: [100],
        times: [0, 1],
        tolerance: 1e-8,
        method: .nested
      )
      .run(over: world, observer: &observer)
    }
  }
}
