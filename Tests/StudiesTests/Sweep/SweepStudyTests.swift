import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

/// Notes the order in which points are reported.
private struct NotingObserver: SweepObserver {
  var order: [Int] = []
  mutating func didFinish(_ point: Int, _ outcome: SweepOutcome) { order.append(point) }
}

@Suite("Sweeps")
struct SweepStudyTests {
  private func point(
    _ model: OpenLattice,
    _ parameter: Double,
    modes: Int = 50,
    filling: Double = 0.5
  ) throws -> SweepStudy.Point {
    let setup = StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [modes]),
      initial: .uniform(filling: filling),
      recordedModes: [0, 3]
    )
    return SweepStudy.Point(setup, at: parameter)
  }

  private func driven(_ drives: [Double]) throws -> SweepStudy {
    let points = try drives.map { try point(Chain.rashba(beta: 2, drive: $0), $0, modes: 100) }
    return SweepStudy(points, lines: [drives.count])
  }

  private func results(_ study: SweepStudy) throws -> [SteadyResult?] {
    var observer = NotingObserver()
    let outcomes = try study.run(over: SerialCommunicator(), observer: &observer)
    #expect(observer.order == Array(0..<study.points.count))
    return outcomes.map { if case .found(let result) = $0 { result } else { nil } }
  }

  @Test("A sweep needs the memory of the tables, however large the lattice")
  func memory() throws {
    let large = try point(Chain.tightBinding(beta: 2, drive: 0.5), 0.5, modes: 1_000_000)
    let study = SweepStudy([large], lines: [1], groups: 2)
    let needed = SteadyStudy(large.setup).tabulatedBytes(ranks: 2)
    #expect(study.estimatedBytes(ranks: 4) == needed && needed > 4e7)
  }

  @Test("Each point is the steady state that is found alone, to rounding")
  func alone() throws {
    let study = try driven((0...40).map { Double($0) / 41 })
    for (point, result) in zip(study.points, try results(study)) {
      let one = try SteadyStudy(point.setup).run(over: SerialCommunicator())
      let other = try #require(result)
      #expect(other.certificate.residual < 1e-12)
      for (a, b) in zip(one.lambda, other.lambda) { #expect(abs(a - b) < 1e-11) }
      #expect(abs(one.observables.current[0] - other.observables.current[0]) < 1e-13)
      let slopes = try (#require(one.driveSlope), #require(other.driveSlope))
      #expect(abs(slopes.0[0] - slopes.1[0]) < 1e-9 * max(1, abs(slopes.0[0])))
    }
  }

  @Test(
    "The peak of Fig. 5(a): I = 0.1347702 at the drive 0.985914, where the slope changes its sign"
  )
  func peak() throws {
    let drives = (0...40).map { 0.985904 + 5e-7 * Double($0) }
    let found = try results(driven(drives)).map { try #require($0) }
    let currents = found.map { $0.observables.current[0] }
    let highest = try #require(currents.max())
    #expect(abs(highest - 0.1347702) < 5e-8)
    let place = try #require(currents.firstIndex(of: highest))
    #expect(abs(drives[place] - 0.985914) < 1e-6)
    let slopes = found.map { $0.driveSlope?[0] ?? .nan }
    let change = try #require(slopes.firstIndex { $0 < 0 })
    #expect(change > 0 && slopes[..<change].allSatisfy { $0 > 0 })
    #expect(slopes[change...].allSatisfy { $0 < 0 })
    #expect(abs(change - place) <= 1)
  }

  @Test("Filling and temperature vary as well as the drive, and each line begins anew")
  func lines() throws {
    var points: [SweepStudy.Point] = []
    for beta in [1.0, 3] {
      for filling in [0.2, 0.4, 0.6] {
        let model = try Chain.tightBinding(beta: beta, drive: 0.4)
        points.append(try point(model, filling, filling: filling))
      }
    }
    let found = try results(SweepStudy(points, lines: [3, 3])).map { try #require($0) }
    for (point, result) in zip(points, found) {
      let one = try SteadyStudy(point.setup).run(over: SerialCommunicator())
      #expect(abs(one.observables.current[0] - result.observables.current[0]) < 1e-13)
      #expect(abs(result.observables.filling - (point.parameter ?? 0)) < 1e-14)
    }
    let second = try results(SweepStudy(Array(points[3...]), lines: [3])).map { try #require($0) }
    #expect(second.map(\.digest) == found[3...].map(\.digest))
  }

  @Test("A point that fails is reported with its cause, and the others go on")
  func failures() throws {
    // Without a field the bands touch.
    let points = try [0.5, 0, 0.7].map { field in
      try point(Chain.rashba(beta: 2, drive: 0.5, zeeman: field), field)
    }
    var observer = NotingObserver()
    let outcomes = try SweepStudy(points, lines: [3]).run(
      over: SerialCommunicator(),
      observer: &observer
    )
    guard case .found(let first) = outcomes[0], case .failed(let cause) = outcomes[1],
      case .found(let last) = outcomes[2]
    else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(cause.contains("degenerate"))
    #expect(first.observables.current != last.observables.current)
    let alone = try SteadyStudy(points[2].setup).run(over: SerialCommunicator())
    #expect(abs(alone.observables.current[0] - last.observables.current[0]) < 1e-13)
  }

  @Test(
    "The bits are the same for any number of groups and ranks",
    arguments: [1, 3, 5],
    [1, 2, 3]
  )
  func groups(ranks: Int, groups: Int) throws {
    guard groups <= ranks else { return }
    var study = try driven((0..<37).map { 0.5 + Double($0) / 100 })
    study.points[20].setup.model = try Chain.rashba(beta: 2, drive: 0.7, zeeman: 0)
    let alone = try results(study)
    #expect(alone[20] == nil)
    study.groups = groups
    let shared = try InProcessCommunicator.run(ranks: ranks) { [study] communicator in
      var observer = NotingObserver()
      let outcomes = try study.run(over: communicator, observer: &observer)
      #expect(observer.order == Array(0..<37))
      return outcomes
    }
    for outcomes in shared {
      #expect(outcomes.count == alone.count)
      for (one, outcome) in zip(alone, outcomes) {
        switch (one, outcome) {
        case (nil, .failed(let cause)): #expect(cause.hasPrefix("bands 0 and 1 are degenerate"))
        case (let one?, .found(let other)):
          #expect(one.digest == other.digest)
          #expect(one.engine == other.engine)
          #expect(one.iterations == other.iterations)
          #expect(one.certificate == other.certificate)
          #expect(one.otherResidual == other.otherResidual)
          #expect(one.fillingError == other.fillingError)
          #expect(one.observables == other.observables)
          #expect(one.driveSlope == other.driveSlope)
          #expect(one.fillingSlope == other.fillingSlope)
          #expect(one.lambda == other.lambda)
        default: Issue.record("\(outcome)")
        }
      }
    }
  }
}
