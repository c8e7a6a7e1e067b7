import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import RealModule
import Studies
import Testing

@Suite("Responses of steady states")
struct SteadyResponseTests {
  private let world = SerialCommunicator()

  private func setup(
    _ model: OpenLattice,
    twist: Double = 0,
    initial: InitialState = .uniform(filling: 0.45)
  ) throws -> StudySetup {
    StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [31], twists: [twist]),
      initial: initial
    )
  }

  /// The slope by `response`, and by central differences of steady states, extrapolated.
  private func compare(
    at value: Double,
    _ setup: @escaping (Double) throws -> StudySetup
  ) throws -> (exact: Double, differences: Double) {
    var branch = SteadyBranch(over: world)
    _ = try branch.solve(setup(value))
    let exact = try branch.response(to: SetupParameter(name: "p", value: value, setup: setup))
    func current(_ value: Double) throws -> Double {
      try SteadyStudy(setup(value)).run(over: world).observables.current[0]
    }
    func slope(_ h: Double) throws -> Double {
      (try current(value + h) - current(value - h)) / (2 * h)
    }
    let h = 4e-3
    let (far, near, nearest) = (try slope(h), try slope(h / 2), try slope(h / 4))
    let (one, two) = ((4 * near - far) / 3, (4 * nearest - near) / 3)
    return (try #require(exact?.first), (16 * two - one) / 15)
  }

  private func expectClose(_ slopes: (exact: Double, differences: Double)) {
    #expect(abs(slopes.exact - slopes.differences) < 1e-9, "\(slopes)")
    #expect(abs(slopes.exact) > 1e-4)
  }

  @Test("To the hopping, which moves bands, velocities and rates")
  func hopping() throws {
    expectClose(
      try compare(at: 1) { hopping in
        var model = try Chain.tightBinding(beta: 2, drive: 0.4)
        model.hamiltonian = try .tightBinding(hopping: hopping)
        model.rateUnit = hopping
        return try setup(model)
      }
    )
  }

  @Test("To β, which only the rates know")
  func temperature() throws {
    expectClose(try compare(at: 2) { try setup(Chain.tightBinding(beta: $0, drive: 0.4)) })
  }

  @Test("To a boundary phase, which moves all momenta")
  func twist() throws {
    expectClose(
      try compare(at: 0.2) { twist in
        try setup(Chain.rashba(beta: 2, drive: 0.4, zeeman: 0.2), twist: twist)
      }
    )
  }

  @Test("To the real part of δ")
  func amplitude() throws {
    expectClose(
      try compare(at: 1) { real in
        var model = try Chain.tightBinding(beta: 2, drive: 0.4)
        model.baths[1].dissipator = JumpBath(operators: [
          .raman(delta: Complex(real, 1), deltaPrime: Complex(1, 0.5))
        ])
        return try setup(model)
      }
    )
  }

  @Test("To the amplitude of an operator that is no product, whose channels rotate")
  func rotatingChannels() throws {
    expectClose(
      try compare(at: 0.3) { amplitude in
        var model = try Chain.tightBinding(beta: 1, drive: 0.4)
        let here = JumpOperator.Site(orbital: 0, cell: [0])
        let next = JumpOperator.Site(orbital: 0, cell: [1])
        let hop = JumpOperator(terms: [
          .init(amplitude: .init(1, amplitude), create: next, annihilate: here),
          .init(amplitude: .init(0.4, -0.2), create: here, annihilate: next),
          .init(amplitude: .init(0.1, 0.3), create: here, annihilate: here),
        ])
        model.baths[1].dissipator = JumpBath(operators: [hop])
        return try setup(model)
      }
    )
  }

  @Test("To the drive, the filling and a weight, as the exact slopes say")
  func exactSlopes() throws {
    for (drive, filling) in [(0.4, 0.45), (0, 0.3), (1, 0.5)] {
      var branch = SteadyBranch(over: world)
      let start = try setup(
        Chain.tightBinding(beta: 2, drive: drive),
        initial: .uniform(filling: filling)
      )
      let result = try branch.solve(start)
      let toDrive = try branch.response(
        to: SetupParameter(name: "drive", value: drive) { value in
          guard (0...1).contains(value) else { throw ModelError("out of range") }
          var next = start
          next.model = try Chain.tightBinding(beta: 2, drive: value)
          return next
        }
      )
      let toFilling = try branch.response(
        to: SetupParameter(name: "filling", value: filling) { value in
          var next = start
          next.initial = .uniform(filling: value)
          return next
        }
      )
      for (slope, exact) in [(toDrive, result.driveSlope), (toFilling, result.fillingSlope)] {
        let (slope, exact) = (try #require(slope?.first), try #require(exact?.first))
        #expect(abs(slope - exact) < 1e-9 * max(abs(exact), 1e-2))
      }
    }
  }

  @Test("At β = 0 the slope is one-sided, and continues those at small β")
  func oneSided() throws {
    func slope(_ beta: Double) throws -> Double {
      var branch = SteadyBranch(over: world)
      let setups = { (beta: Double) in try setup(Chain.tightBinding(beta: beta, drive: 0.4)) }
      _ = try branch.solve(setups(beta))
      let parameter = SetupParameter(name: "beta", value: beta, setup: setups)
      // A negative β is an error of the model, as any that a deck refuses.
      let limited = SetupParameter(name: "beta", value: beta) { value in
        guard value >= 0 else { throw ModelError("out of range") }
        return try parameter.setup(value)
      }
      return try #require(try branch.response(to: limited)?.first)
    }
    let (zero, small, twice) = (try slope(0), try slope(1e-3), try slope(2e-3))
    #expect(abs(2 * small - twice - zero) < 1e-5)
    #expect(abs(zero) > 1e-3)
  }

  @Test("Where modes gain a rate on one side there is no derivative")
  func appearing() throws {
    var branch = SteadyBranch(over: world)
    let start = StudySetup(
      model: try Chain.rashba(beta: 2, drive: 1),
      grid: try MomentumGrid(extents: [20])
    )
    _ = try branch.solve(start)
    let slope = try branch.response(
      to: SetupParameter(name: "drive", value: 1) { value in
        guard value <= 1 else { throw ModelError("out of range") }
        var next = start
        next.model = try Chain.rashba(beta: 2, drive: value)
        return next
      }
    )
    #expect(slope == nil)
  }

  @Test("The filling moves modes without rates, too")
  func idleFilling() throws {
    func current(_ filling: Double) throws -> SteadyResult {
      try SteadyReferenceTests.cold(
        Chain.rashba(beta: 2, drive: 1),
        modes: 20,
        filling: filling
      )
    }
    let slope = try #require(try current(0.4).fillingSlope?.first)
    let h = 1e-3
    let upper = try current(0.4 + h).observables.current[0]
    let lower = try current(0.4 - h).observables.current[0]
    #expect(abs((upper - lower) / (2 * h) - slope) < 1e-5)
  }

  @Test("A parameter that cannot change is the setup's own error")
  func misfit() throws {
    var branch = SteadyBranch(over: world)
    let start = try setup(Chain.tightBinding(beta: 2, drive: 0.4))
    _ = try branch.solve(start)
    #expect(throws: ModelError.self) {
      try branch.response(
        to: SetupParameter(name: "p", value: 1) { value in
          guard value == 1 else { throw ModelError("is an integer") }
          return start
        }
      )
    }
  }
}
