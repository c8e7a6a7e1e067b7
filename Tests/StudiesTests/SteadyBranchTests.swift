import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing
import VectorMath

@Suite("Branches of steady states")
struct SteadyBranchTests {
  private func setup(
    _ model: OpenLattice,
    modes: Int = 100,
    filling: Double = 0.5,
    forces: ForceOptions = .init()
  ) throws -> StudySetup {
    StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [modes]),
      initial: .uniform(filling: filling),
      recordedModes: Array(0..<modes * model.hamiltonian.orbitals.count),
      forces: forces
    )
  }

  private func expectSame(_ one: SteadyResult, _ other: SteadyResult, _ tolerance: Double) {
    for (a, b) in zip(one.lambda, other.lambda) { #expect(abs(a - b) < tolerance) }
    for (a, b) in zip(one.observables.current, other.observables.current) {
      #expect(abs(a - b) < tolerance)
    }
    #expect(one.lambda.count == other.lambda.count)
    #expect(one.certificate.residual < 1e-12)
    #expect(one.fillingError < 1e-12)
    #expect(one.certificate.idleModes == other.certificate.idleModes)
    for (a, b) in zip(one.driveSlope ?? [], other.driveSlope ?? []) {
      #expect(abs(a - b) < 1e-8 * max(abs(b), 1e-2))
    }
    for (a, b) in zip(one.fillingSlope ?? [], other.fillingSlope ?? []) {
      #expect(abs(a - b) < 1e-8 * max(abs(b), 1e-2))
    }
    #expect((one.driveSlope == nil) == (other.driveSlope == nil))
  }

  private static func digests(
    _ setups: [StudySetup],
    over communicator: some Communicator
  ) throws -> [UInt64] {
    var branch = SteadyBranch(verifiedModes: 0, over: communicator)
    return try setups.map { try branch.solve($0).digest }
  }

  @Test("A line of drives has the states of cold starts, in 3.3 passes on average")
  func drives() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    var passes = 0
    for point in 0...50 {
      let drive = Double(point) / 50
      let next = try setup(Chain.tightBinding(beta: 2, drive: drive))
      let result = try branch.solve(next, at: drive)
      expectSame(result, try SteadyStudy(next).run(over: world), 1e-12)
      passes += result.iterations
      #expect((result.otherResidual ?? 1) < 1e-12)
    }
    #expect(passes <= 168)
  }

  @Test(
    "Slices of ranks do not depend on weights; a point with other slices begins from its own start"
  )
  func slices() throws {
    var weightless = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 1), momenta: 4100)
    let symmetric = weightless
    weightless.model.baths[0].dissipator = ThermalBath(inverseTemperature: 2, spectrum: .ohmic)
    var ohmic = weightless
    ohmic.model = try Chain.tightBinding(beta: 2, drive: 0.5)
    ohmic.model.baths[0].dissipator = weightless.model.baths[0].dissipator
    let world = SerialCommunicator()
    #expect(weightless.partition(over: world) == ohmic.partition(over: world))
    #expect(weightless.partition(over: world) != symmetric.partition(over: world))
    var direct = symmetric
    direct.forces.choice = .direct
    #expect(direct.partition(over: world) == ohmic.partition(over: world))

    let setups = [symmetric, weightless, symmetric]
    let alone = try Self.digests(setups, over: world)
    let shared = try InProcessCommunicator.run(ranks: 3) {
      try Self.digests(setups, over: $0)
    }
    for found in shared { #expect(found == alone) }
  }

  @Test("A line to the drive 1, where modes lose their rates, and back")
  func toTheEnd() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    for drive in [0.9, 0.95, 0.99, 1, 0.995, 0.5] {
      let next = try setup(Chain.rashba(beta: 2, drive: drive), filling: 0.4)
      let result = try branch.solve(next, at: drive)
      expectSame(result, try SteadyStudy(next).run(over: world), 1e-11)
    }
  }

  @Test("A line of fillings")
  func fillings() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    for point in 0...8 {
      let filling = 0.1 + 0.1 * Double(point)
      let next = try setup(Chain.tightBinding(beta: 5, drive: 0.4), filling: filling)
      let result = try branch.solve(next, at: filling)
      expectSame(result, try SteadyStudy(next).run(over: world), 1e-12)
      #expect(abs(result.observables.filling - filling) < 1e-14)
    }
  }

  @Test("Lines of other parameters, and of sizes, tabulate anew and end in the same states")
  func others() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    for beta in [1.0, 2, 4, 3] {
      let next = try setup(Chain.tightBinding(beta: beta, drive: 0.4))
      expectSame(try branch.solve(next, at: beta), try SteadyStudy(next).run(over: world), 1e-12)
    }
    for modes in [16, 24, 100] {
      let next = try setup(Chain.rashba(beta: 2, drive: 0.4, zeeman: 0.7), modes: modes)
      expectSame(try branch.solve(next), try SteadyStudy(next).run(over: world), 1e-12)
    }
  }

  @Test("Without responses there are none, and the states are the same")
  func withoutResponses() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(responses: false, over: world)
    for drive in [0.1, 0.2, 0.3, 0.4, 0.5] {
      let next = try setup(Chain.tightBinding(beta: 2, drive: drive))
      let result = try branch.solve(next, at: drive)
      #expect(result.driveSlope == nil && result.fillingSlope == nil)
      let cold = try SteadyStudy(next).run(over: world)
      for (a, b) in zip(result.lambda, cold.lambda) { #expect(abs(a - b) < 1e-12) }
    }
  }

  @Test("A line of drives by pair sums")
  func direct() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    for drive in [0.2, 0.3, 0.4] {
      let model = try Chain.tightBinding(beta: 2, drive: drive)
      let next = try setup(model, forces: ForceOptions(choice: .direct))
      let result = try branch.solve(next, at: drive)
      let other = try SteadyStudy(setup(model)).run(over: world)
      #expect(result.engine == "direct")
      for (a, b) in zip(result.lambda, other.lambda) { #expect(abs(a - b) < 1e-11) }
    }
  }

  @Test("A model that does not fit is an error, and the next point begins anew")
  func misfit() throws {
    let world = SerialCommunicator()
    var branch = SteadyBranch(over: world)
    let good = try setup(Chain.tightBinding(beta: 2, drive: 0.5))
    let first = try branch.solve(good, at: 0)
    var bad = good
    bad.model.baths[0].dissipator = ThermalBath(inverseTemperature: -1)
    #expect(throws: ModelError.self) { try branch.solve(bad, at: 1) }
    let again = try branch.solve(good, at: 2)
    #expect(again.digest == first.digest)
  }

  @Test("An initial state that is not a number is an error, not a result")
  func notANumber() throws {
    var broken = try setup(Chain.tightBinding(beta: 2, drive: 0.5), modes: 8)
    broken.initial = .values((0..<8).map { $0 == 3 ? Double.nan : 0 })
    #expect(throws: NumericalError.self) {
      try SteadyStudy(broken).run(over: SerialCommunicator())
    }
  }
}
