import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import Studies
import TestSupport
import Testing

@Suite("Branches of large lattices, whose points begin with the state of a coarse one")
struct CoarseBranchTests {
  private let world = SerialCommunicator()

  /// Moments are those of the coarse lattice to 10⁻¹³.
  private func expectSame(_ one: SteadyResult, _ other: SteadyResult) {
    LargeLattice.expectSame(one, other, residual: 1e-13, fillingError: 1e-14)
  }

  @Test("Each point of a line of drives takes one pass, from the first to the last")
  func drives() throws {
    for beta in [0.5, 2, 5] {
      var branch = SteadyBranch(over: world)
      for drive in [0, 0.02, 0.1, 0.25, 0.4, 0.6, 0.9, 0.98, 1] {
        let next = try LargeLattice.setup(Chain.tightBinding(beta: beta, drive: drive))
        let result = try branch.solve(next, at: drive)
        #expect(result.iterations == 1)
        expectSame(result, try LargeLattice.alone(next))
      }
    }
  }

  /// Sums of derivatives keep 36 bits, with roundings that average out.
  @Test("Slopes of the coarse lattice are those of the reference, to 2^-40")
  func slopes() throws {
    var branch = SteadyBranch(over: world)
    for response in try Reference.responses() where response.model == 1 {
      let next = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: response.drive))
      let result = try branch.solve(next, at: response.drive)
      #expect(result.iterations == 1)
      #expect(abs((result.driveSlope?[0] ?? .nan) - response.slope) < 0x1p-40)
    }
  }

  @Test("So does each of other lines, of fillings, temperatures and thermal initial states")
  func others() throws {
    var branch = SteadyBranch(over: world)
    for filling in [0.1, 0.3, 0.5, 0.55] {
      let next = try LargeLattice.setup(
        Chain.tightBinding(beta: 2, drive: 0.4),
        initial: .uniform(filling: filling)
      )
      let result = try branch.solve(next, at: filling)
      #expect(result.iterations == 1 && abs(result.observables.filling - filling) < 1e-14)
      expectSame(result, try LargeLattice.alone(next))
    }
    for beta in [1.0, 2, 3] {
      let next = try LargeLattice.setup(
        Chain.rashba(beta: beta, drive: 0.4),
        initial: .thermal(inverseTemperature: beta, filling: 0.3)
      )
      let result = try branch.solve(next, at: beta)
      #expect(result.iterations == 1)
      expectSame(result, try LargeLattice.alone(next))
    }
  }

  @Test("Modes that lose their rates keep what they have; behind them points take one pass again")
  func idle() throws {
    var branch = SteadyBranch(over: world)
    for drive in [0.9, 1, 0.95, 0.5] {
      // Without spin-orbit coupling the dephasing of the up spin alone leaves a whole band without rates.
      var model = try Chain.rashba(beta: 2, drive: drive)
      model.hamiltonian = try .rashbaZeeman(hopping: 1, alphaY: 0, alphaZ: 0, zeeman: 1)
      let next = try LargeLattice.setup(model, initial: .uniform(filling: 0.3))
      let result = try branch.solve(next, at: drive)
      #expect(result.certificate.idleModes == (drive == 1 ? 24_576 : 0))
      #expect((result.iterations == 1) == (drive != 1))
      expectSame(result, try LargeLattice.alone(next))
    }
  }

  @Test("Where the coarse lattice has other moments, Newton's method finds those of the large one")
  func sharp() throws {
    var branch = SteadyBranch(over: world)
    var first: SteadyResult?
    for drive in [0.4, 0.45, 0.5] {
      let next = try LargeLattice.setup(Chain.rashba(beta: 5, drive: drive, zeeman: 0.01))
      let result = try branch.solve(next, at: drive)
      #expect(result.iterations > 1)
      expectSame(result, try LargeLattice.alone(next))
      if drive == 0.4 { first = result }
    }
    branch.restart()
    let again = try branch.solve(
      LargeLattice.setup(Chain.rashba(beta: 5, drive: 0.4, zeeman: 0.01)),
      at: 0.4
    )
    #expect(again.digest == first?.digest && again.iterations == first?.iterations)
  }

  @Test("A restart forgets what came before, to the last bit")
  func restart() throws {
    let next = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.5))
    var branch = SteadyBranch(over: world)
    let first = try branch.solve(next, at: 0.5)
    for drive in [0.1, 0.2, 0.45] {
      _ = try branch.solve(LargeLattice.setup(Chain.tightBinding(beta: 2, drive: drive)), at: drive)
    }
    branch.restart()
    let again = try branch.solve(next, at: 0.5)
    #expect(again.digest == first.digest && again.driveSlope == first.driveSlope)
    #expect(again.iterations == 1)
  }

  @Test("States that the other engine is to judge, and branches that are told so, do without")
  func without() throws {
    let next = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.5))
    #expect(try LargeLattice.alone(next).iterations > 1)
    var verified = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.5), momenta: 8192)
    var branch = SteadyBranch(over: world)
    let judged = try branch.solve(verified)
    #expect(judged.iterations > 1 && judged.otherResidual != nil)
    branch.verifiedModes = 8000
    branch.restart()
    #expect(try branch.solve(verified).iterations == 1)
    verified.forces.verify = true
    branch.restart()
    #expect(try branch.solve(verified).iterations > 1)
  }

  @Test("Slopes to other parameters are those of the large lattice")
  func response() throws {
    let next = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.5))
    let parameter = SetupParameter(name: "baths.thermal.beta", value: 2) { beta in
      try LargeLattice.setup(Chain.tightBinding(beta: beta, drive: 0.5))
    }
    var branch = SteadyBranch(over: world)
    #expect(try branch.solve(next).iterations == 1)
    let slope = try #require(try branch.response(to: parameter))
    branch = SteadyBranch(over: world)
    branch.startsCoarse = false
    _ = try branch.solve(next)
    let other = try #require(try branch.response(to: parameter))
    #expect(abs(slope[0] - other[0]) < 1e-10)
  }

  @Test("Any number of ranks finds the same bits, with one pass for each point")
  func ranks() throws {
    let runs = try [1, 2, 3, 7].map { ranks in
      try InProcessCommunicator.outcomes(ranks: ranks) { group in
        var branch = SteadyBranch(over: group)
        return try [0.1, 0.2, 0.3, 0.4, 0.5].map { drive in
          let model = try Chain.rashba(beta: 2, drive: drive)
          return try branch.solve(LargeLattice.setup(model, momenta: 12_001), at: drive)
        }
      }[0].get()
    }
    for run in runs {
      for (one, other) in zip(run, runs[0]) {
        #expect(one.digest == other.digest && one.lambda == other.lambda)
        #expect(one.driveSlope == other.driveSlope && one.fillingSlope == other.fillingSlope)
        #expect(one.observables == other.observables && one.certificate == other.certificate)
        #expect(one.iterations == 1)
      }
    }
  }
}
