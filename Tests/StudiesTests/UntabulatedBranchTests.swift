import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

@Suite("Branches of large lattices without tables")
struct UntabulatedBranchTests {
  private let world = SerialCommunicator()

  private func branch<Group: Communicator>(_ group: Group) -> SteadyBranch<Group> {
    var branch = SteadyBranch(over: group)
    branch.tabulatedModes = 0
    return branch
  }

  /// The bits of all that a point reports.
  private func expectEqual(_ one: SteadyResult, _ other: SteadyResult) {
    expectSameState(one, other)
    #expect(one.certificate == other.certificate)
  }

  /// The bits of all but the residual: tables that are computed have scales with room to spare, in which the moments
  /// that prove the state are rounded elsewhere.
  private func expectSameState(_ one: SteadyResult, _ other: SteadyResult) {
    #expect(one.digest == other.digest && one.lambda == other.lambda)
    #expect(one.observables == other.observables)
    #expect(max(one.certificate.residual, other.certificate.residual) < 1e-14)
    #expect(one.driveSlope == other.driveSlope && one.fillingSlope == other.fillingSlope)
    #expect(one.iterations == other.iterations && one.fillingError == other.fillingError)
  }

  private func sharp(_ drive: Double) throws -> StudySetup {
    try LargeLattice.setup(Chain.farHopping(drive: drive))
  }

  @Test("Points have the bits of those with tables: drives, fillings and temperatures")
  func sameBits() throws {
    var bare = branch(world)
    var tabulated = SteadyBranch(over: world)
    bare.prepare = { _ in Issue.record("tables are kept") }
    for (beta, drive, filling) in [
      (2.0, 0.1, 0.5), (2, 0.3, 0.5), (2, 1, 0.5), (2, 0, 0.3), (5, 0, 0.3), (5, 0.5, 0.3),
    ] {
      let next = try LargeLattice.setup(
        Chain.tightBinding(beta: beta, drive: drive),
        initial: .thermal(inverseTemperature: 0.3, filling: filling)
      )
      let found = try bare.solve(next, at: drive)
      #expect(found.iterations == 1)
      expectSameState(found, try tabulated.solve(next, at: drive))
      bare.withLambda { lambda, partition in
        #expect(next.recordedModes.map { lambda[$0] } == found.lambda)
        #expect(partition == next.partition(over: world))
      }
    }
  }

  @Test("A point that needs tables has them, and those after it until a restart, which forgets it")
  func fallback() throws {
    var bare = branch(world)
    var prepared: [Double] = []
    bare.prepare = { prepared.append($0) }
    let setups = try [0.3, 0.32, 0.34].map(sharp)
    let bytes = SteadyStudy(setups[0]).tabulatedBytes(ranks: 1)
    let results = try setups.map { try bare.solve($0, at: $0.model.baths[1].weight) }
    #expect(prepared == [bytes])
    for (setup, result) in zip(setups, results) {
      #expect(result.iterations > 1)
      LargeLattice.expectSame(result, try LargeLattice.alone(setup), residual: 1e-13)
    }
    bare.restart()
    for (setup, result) in zip(setups, results) {
      expectEqual(try bare.solve(setup, at: setup.model.baths[1].weight), result)
    }
    #expect(prepared == [bytes, bytes])
    // Other tables are tried without once more.
    let smooth = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.3))
    #expect(try bare.solve(smooth).iterations == 1)
    #expect(prepared.count == 2)
    // From λ of a point without tables.
    LargeLattice.expectSame(
      try bare.solve(setups[0]),
      try LargeLattice.alone(setups[0]),
      residual: 1e-13
    )
    #expect(prepared.count == 3)
  }

  @Test("Memory that one rank does not have is refused on all; points go on", arguments: [1, 3])
  func refusal(_ ranks: Int) throws {
    struct Small: Error {}
    let outcomes = InProcessCommunicator.outcomes(ranks: ranks) { group in
      let smooth = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: 0.3))
      var bare = branch(group)
      bare.prepare = { _ in if group.rank == ranks - 1 { throw Small() } }
      let first = try bare.solve(smooth)
      #expect(throws: TableRefusal.self) { try bare.solve(sharp(0.3)) }
      expectEqual(try bare.solve(smooth), first)
    }
    for outcome in outcomes { _ = try outcome.get() }
  }

  @Test("Lattices without formulas, and small ones, keep their tables")
  func tabulated() throws {
    for (model, modes) in [
      (try Chain.rashba(beta: 2, drive: 0.5), 0),
      (try Chain.tightBinding(beta: 2, drive: 0.5), 24_576),
    ] {
      var branch = branch(world)
      branch.tabulatedModes = modes
      branch.prepare = { _ in Issue.record("none were to be computed") }
      let setup = try LargeLattice.setup(model)
      let next = SetupParameter(name: "baths.thermal.beta", value: 2) { _ in setup }
      #expect(try branch.solve(setup).iterations == 1)
      // Which takes tables.
      #expect(try branch.response(to: next) != nil)
    }
  }

  @Test("Any number of ranks finds the same bits")
  func ranks() throws {
    let runs = try [1, 2, 3, 4, 7].map { ranks in
      try InProcessCommunicator.outcomes(ranks: ranks) { group in
        var branch = branch(group)
        return try [0.1, 0.2, 0.3].map { drive in
          let model = try Chain.tightBinding(beta: 2, drive: drive)
          return try branch.solve(LargeLattice.setup(model, momenta: 24_001), at: drive)
        }
      }[0].get()
    }
    for run in runs {
      for (one, other) in zip(run, runs[0]) { expectEqual(one, other) }
    }
  }

  @Test(
    "A point for whose tables there is no memory ends a sweep on all ranks, with what came before kept",
    arguments: [1, 2]
  )
  func refusedSweep(_ groups: Int) throws {
    struct Small: Error, CustomStringConvertible { let description = "too little" }
    struct Keeper: SweepKeeper {
      var former: [Int: SweepOutcome] = [:]
      mutating func keep(_ found: [Int: SweepOutcome], isLast: Bool) { former.merge(found) { $1 } }
      func save(
        _: StateWords,
        _: UnsafeBufferPointer<Double>,
        ofChain: Int,
        partition: Partition,
        over: some Communicator
      ) {}
      func words(ofChain: Int, over: some Communicator) -> StateWords? { nil }
      func readLambda(
        ofChain: Int,
        into: UnsafeMutableBufferPointer<Double>,
        partition: Partition,
        over: some Communicator
      ) {}
      func discard(chain: Int, over: some Communicator) {}
    }
    struct Silent: SweepObserver { func didFinish(_: Int, _: SweepOutcome) {} }
    // Two lines of three points; the middle one of the first needs tables.
    let points = try (0..<6).map { index in
      let drive = 0.3 + 0.1 * Double(index % 3)
      let model =
        index == 1
        ? try Chain.farHopping(drive: drive) : try Chain.tightBinding(beta: 2, drive: drive)
      return SweepStudy.Point(try LargeLattice.setup(model), at: drive)
    }
    var sweep = SweepStudy(points, lines: [3, 3], groups: groups)
    sweep.tabulatedModes = 20_000
    let study = sweep
    let kept = InProcessCommunicator.outcomes(ranks: 3) { world in
      var (observer, keeper) = (Silent(), Keeper())
      let refusal = #expect(throws: TableRefusal.self) {
        try study.run(
          over: world,
          observer: &observer,
          keeper: &keeper,
          prepare: { _ in if world.rank == 0 { throw Small() } }
        )
      }
      #expect(refusal?.point == 1 && refusal?.cause == "too little")
      return keeper.former.keys.sorted()
    }
    for outcome in kept { #expect(try outcome.get() == (groups == 1 ? [0] : [0, 3])) }
  }

  @Test("A bath of weight 0 that has no formulas takes tables, and they are estimated")
  func idleBath() throws {
    var setup = try LargeLattice.setup(
      Chain.tightBinding(beta: 2, drive: 0),
      momenta: 100_000_000
    )
    setup.recordedModes = []
    let sweep = SweepStudy([SweepStudy.Point(setup, at: 0)], lines: [1])
    #expect(sweep.estimatedBytes(ranks: 1) < 1e9)
    setup.model.baths[1].dissipator = PlainBath(base: setup.model.baths[1].dissipator)
    let plain = SweepStudy([SweepStudy.Point(setup, at: 0)], lines: [1])
    #expect(plain.estimatedBytes(ranks: 1) > 5e9)
  }

  @Test("A sweep needs memory for its states and no tables; where a point does, it is asked for")
  func memory() throws {
    let points = try [0.1, 0.2].map { drive in
      SweepStudy.Point(
        StudySetup(
          model: try Chain.tightBinding(beta: 2, drive: drive),
          grid: try MomentumGrid(extents: [100_000_000])
        ),
        at: drive
      )
    }
    var sweep = SweepStudy(points, lines: [2])
    #expect(sweep.estimatedBytes(ranks: 2) < 4.5e8)
    sweep.tabulatedModes = .max
    #expect(sweep.estimatedBytes(ranks: 2) > 8e9)
  }
}
