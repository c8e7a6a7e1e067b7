import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Evolution")
struct EvolutionTests {
  @Test("Steps land on the end bit for bit", arguments: [1e-3, 0.1, 1, 3, 123.456])
  func landing(_ end: Double) throws {
    var evolution = evolution(from: [1]) { _, lambda in [-lambda[0]] }
    try evolution.advance(to: end)
    #expect(evolution.time == end)
  }

  @Test("Steps land bit for bit where the time plus the rest of it rounds to another number")
  func landings() throws {
    var generator = SeededGenerator(seed: 83)
    for end in generator.doubles(500, in: 1...2) {
      var evolution = evolution(from: [1]) { _, _ in [0] }
      // Between a quarter and a half the last bit of the time is half of that of the end.
      for output in [end * Double.random(in: 0.26...0.49, using: &generator), end] {
        try evolution.advance(to: output)
        #expect(evolution.time == output)
      }
    }
  }

  @Test("Outputs on the way do not change the solution beyond the tolerance")
  func outputs() throws {
    var evolution = evolution(from: [1]) { _, lambda in [-lambda[0]] }
    for step in 0...20 {
      let time = 0.1 * Double(step)
      try evolution.advance(to: time)
      #expect(evolution.time == time)
      #expect(abs(evolution.lambda[0] - DoubleDouble.exp(DoubleDouble(-time)).high) <= 1e-9)
    }
  }

  @Test("An output that cuts a step short does not shorten those behind it")
  func shortOutput() throws {
    func steps(_ outputs: [Double]) throws -> Int {
      var evolution = evolution(from: [1, 0]) { _, lambda in [-lambda[1], lambda[0]] }
      for output in outputs { try evolution.advance(to: output) }
      return evolution.statistics.steps
    }
    let plain = try steps([10])
    #expect(try steps([5, 5.000_001, 10]) <= plain + 4)
  }

  @Test("To advance to the time reached, or before, does nothing")
  func noTime() throws {
    var evolution = evolution(from: [1]) { _, lambda in [-lambda[0]] }
    try evolution.advance(to: 0)
    #expect(evolution.statistics.forceEvaluations == 0)
    try evolution.advance(to: 1)
    let (statistics, lambda) = (evolution.statistics, evolution.lambda)
    try evolution.advance(to: 1)
    try evolution.advance(to: 0.5)
    #expect(evolution.time == 1)
    #expect(evolution.statistics == statistics)
    #expect(evolution.lambda == lambda)
  }

  @Test("The error of the solution follows the tolerance", arguments: [1e-5, 1e-7, 1e-9])
  func tolerance(_ tolerance: Double) throws {
    var evolution = evolution(from: [1, 0], relative: tolerance, absolute: tolerance) { _, lambda in
      [-lambda[1], lambda[0]]
    }
    try evolution.advance(to: 10)
    let exact = DoubleDouble.circle(DoubleDouble(10))
    let error = max(
      abs(evolution.lambda[0] - exact.cosine.high),
      abs(evolution.lambda[1] - exact.sine.high)
    )
    // Each of some tens of steps brings less than its tolerance, for the step is of higher order than its
    // estimate; a control that wastes no steps stays within two powers of ten of it.
    #expect(error <= tolerance * Double(evolution.statistics.steps))
    #expect(error >= tolerance / 100)
  }

  @Test("A tolerance 1e8 times smaller takes ten times the steps, the root of order 8")
  func stepsAndTolerance() throws {
    func steps(_ tolerance: Double) throws -> Double {
      var evolution = evolution(from: [1, 0], relative: tolerance, absolute: tolerance) {
        _,
        lambda in
        [-lambda[1], lambda[0]]
      }
      try evolution.advance(to: 50)
      return Double(evolution.statistics.steps)
    }
    let ratio = try steps(1e-12) / steps(1e-4)
    #expect(ratio > 8 && ratio < 12.5)
  }

  @Test("Statistics count every step and evaluation, and are reported after each step")
  func statistics() throws {
    let record = Record()
    var evolution = evolution(from: [1, 0], relative: 1e-6, absolute: 1e-6) { _, lambda in
      record.states.append(lambda)
      return [-lambda[1], lambda[0]]
    }
    var times: [Double] = []
    var reported = evolution.statistics
    try evolution.advance(to: 5) { time, statistics in
      times.append(time)
      reported = statistics
    }
    let statistics = evolution.statistics
    #expect(statistics == reported)
    #expect(times.count == statistics.steps)
    #expect(times == times.sorted() && times.last == 5)
    #expect(statistics.forceEvaluations == record.states.count)
    #expect(statistics.forceEvaluations == 1 + 12 * (statistics.steps + statistics.rejectedSteps))
  }

  @Test("A stationary state takes one step")
  func stationary() throws {
    var evolution = evolution(from: [3, -2]) { _, _ in [0, 0] }
    try evolution.advance(to: 1e6)
    #expect(evolution.statistics.steps == 1)
    #expect(evolution.lambda == [3, -2])
  }

  @Test("What report throws ends the evolution after that step")
  func reportThrows() throws {
    struct Stop: Error {}
    var evolution = evolution(from: [1]) { _, lambda in [-lambda[0]] }
    #expect(throws: Stop.self) { try evolution.advance(to: 1) { _, _ in throw Stop() } }
    #expect(evolution.statistics.steps == 1)
  }

  @Test("λ̇ is in units of rate over the number of momenta, not of modes")
  func scale() {
    let partition = Partition(momenta: 10, bands: 2, rank: 0, ranks: 1)
    let engine = FunctionEngine(partition: partition) { _, lambda in lambda }
    let equation = RateEquation(engine: engine, rate: 0.05)
    #expect(equation.scale == 0.05 / 10)
    #expect(equation.partition == partition)
  }

  @Test(
    "All ranks take the same steps to the same bits",
    arguments: TestedEngine.allCases,
    [2, 3, 7]
  )
  func ranks(_ engine: TestedEngine, _ ranks: Int) throws {
    // Of 4500 moments are summed in groups.
    for momenta in engine == .separable ? [4, 50, 4500] : [4, 50] {
      let expected = try Self.evolve(engine, momenta: momenta, over: SerialCommunicator())
      let results = try InProcessCommunicator.run(ranks: ranks) { communicator in
        try Self.evolve(engine, momenta: momenta, over: communicator)
      }
      #expect(results.flatMap(\.lambda) == expected.lambda)
      for result in results { #expect(result.statistics == expected.statistics) }
    }
  }

  private static func evolve(
    _ choice: TestedEngine,
    momenta: Int,
    over communicator: some Communicator
  ) throws -> (lambda: [Double], statistics: EvolutionStatistics) {
    let raman = JumpOperator.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 0.5),
        WeightedBath(JumpBath(operators: [raman]), weight: 0.5),
      ],
      coupling: 0.05
    )
    let grid = try MomentumGrid(extents: [momenta])
    let partition = Partition.ofMoments(momenta: momenta, bands: 1, over: communicator)
    let initial = AlignedVector(partition.owned.map { 0.1 * Double($0 % 7) })
    switch choice {
    case .direct:
      let tables = try ModeTables(of: model, on: grid, momenta: 0..<momenta)
      return try run(
        DirectForce(kernel: tables.kernel, partition: partition, communicator: communicator),
        from: initial,
        over: communicator
      )
    case .separable:
      let tables = try ModeTables(of: model, on: grid, momenta: partition.ownedMomenta)
      return try run(
        SeparableForce(
          kernel: tables.kernel.separable,
          partition: partition,
          communicator: communicator
        ),
        from: initial,
        over: communicator
      )
    }
  }

  private static func run<Engine: ForceEngine & ~Copyable>(
    _ engine: consuming Engine,
    from initial: consuming AlignedVector,
    over communicator: some Communicator
  ) throws -> (lambda: [Double], statistics: EvolutionStatistics) {
    var evolution = Evolution(
      RateEquation(engine: engine, rate: 0.05),
      from: initial,
      control: StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-6),
      over: communicator
    )
    try evolution.advance(to: 30)
    return (evolution.lambda, evolution.statistics)
  }
}
