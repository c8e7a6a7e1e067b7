import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Implicit evolution")
struct ImplicitEvolutionTests {
  private static func zero(_ modes: Int) -> [Double] { [Double](repeating: 0, count: modes) }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// The largest difference in units of 1 + |λ|.
  private static func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? .infinity
  }

  @Test("Halving the steps divides the error by 2⁹, which it approaches from below")
  func order() throws {
    let model = try DrivenModel.chain(24, beta: 1, drive: 0.5)
    func end(steps: Int) throws -> [Double] {
      var evolution = try model.implicit(from: Self.zero(24), tolerance: 1e-13)
      for _ in 0..<steps { #expect(try evolution.step(length: 4 / Double(steps))) }
      return evolution.values
    }
    let reference = try end(steps: 24)
    let errors = try [2, 3, 4, 6].map { Self.distance(try end(steps: $0), reference) }
    // 8.30 and 8.63; from eight steps on rounding is seen.
    let orders = [Double.log2(errors[0] / errors[2]), .log2(errors[1] / errors[3])]
    #expect(orders[0] > 8.2 && orders[1] > 8.5 && orders[1] < 9.2, "errors \(errors)")
  }

  @Test("One huge step from beside the steady state lands on it")
  func stability() throws {
    for model in [
      try DrivenModel.chain(40, beta: 5, drive: 0.5), try DrivenModel.rashba(20, drive: 0.5),
    ] {
      var settled = try model.implicit(from: Self.zero(40), tolerance: 1e-8)
      try settled.advance(untilResidual: 1e-12)
      var generator = SeededGenerator(seed: 91)
      let shifts = generator.doubles(40, in: -1e-5...1e-5)
      let start = zip(settled.values, shifts).map { $0 + $1 }
      let before = try model.residual(start)
      #expect(before > 1e-6)
      var evolution = try model.implicit(from: start, tolerance: 1e-8)
      #expect(try evolution.step(length: 1e5))
      // A mode that relaxes at the rate r keeps a part of about 5/(h r); the slowest has r = 0.004.
      #expect(try model.residual(evolution.values) < 0.02 * before)
    }
  }

  @Test("Implicit and explicit steps agree at β = 2, to the tolerance, at all times")
  func agreement() throws {
    for model in [
      try DrivenModel.chain(50, beta: 2, drive: 0.3), try DrivenModel.rashba(25, drive: 0.9),
    ] {
      var explicit = try model.evolution(
        .explicit,
        from: Self.zero(50),
        until: 400,
        tolerance: 1e-11
      )
      var implicit = try model.evolution(
        .implicit,
        from: Self.zero(50),
        until: 400,
        tolerance: 1e-9
      )
      for time in [0.1, 1, 3, 10, 30, 100, 400] {
        try explicit.advance(to: time)
        try implicit.advance(to: time)
        #expect(implicit.time == time)
        #expect(Self.relativeDistance(implicit.values, explicit.values) < 1e-9)
      }
      #expect(implicit.statistics.steps == implicit.statistics.implicitSteps)
      #expect(implicit.statistics.forceEvaluations == 0)
    }
  }

  @Test("Both tails are within 1e-7 at β = 10 and 20, at all times, and the filling is kept")
  func tails() throws {
    for beta in [10.0, 20] {
      let model = try DrivenModel.chain(64, beta: beta, drive: 0.5)
      var loose = try model.implicit(from: Self.zero(64), tolerance: 1e-8)
      var tight = try model.implicit(from: Self.zero(64), tolerance: 1e-12)
      for time in [1e-6, 1e-3, 0.1, 1, 5, 20, 100, 400] {
        try loose.advance(to: time)
        try tight.advance(to: time)
        #expect(Self.distance(loose.values, tight.values) < 1e-7, "β = \(beta), t = \(time)")
        let number = loose.values.reduce(0) { $0 + 1 / (1 + .exp($1)) }
        #expect(abs(number / 64 - 0.5) < 1e-8)
      }
      #expect(loose.statistics.steps < 2000)
      let (low, high) = (loose.values.min() ?? 0, loose.values.max() ?? 0)
      #expect(low < -10 && high > 8)
    }
  }

  @Test("Steps to the steady state end with its residual, at the filling of the start")
  func steady() throws {
    let model = try DrivenModel.chain(60, beta: 6, drive: 0.4)
    let start = (0..<60).map { 0.8 + 0.02 * Double($0) }
    var evolution = try model.implicit(from: start, tolerance: 1e-8)
    let residual = try evolution.advance(untilResidual: 1e-12)
    #expect(residual <= 1e-12)
    #expect(try model.residual(evolution.values) < 2e-12)
    let before = start.reduce(0) { $0 + 1 / (1 + .exp($1)) }
    let after = evolution.values.reduce(0) { $0 + 1 / (1 + .exp($1)) }
    #expect(abs(before - after) / 60 < 1e-12)
    #expect(evolution.statistics.steps < 200)
  }

  @Test("Where steps do not suffice, the steady state is an error and not a result")
  func notSteady() throws {
    let model = try DrivenModel.chain(20, beta: 2, drive: 0.4)
    var evolution = try model.implicit(from: Self.zero(20), tolerance: 1e-8)
    #expect(throws: NumericalError.self) {
      try evolution.advance(untilResidual: 1e-12, limit: 5)
    }
  }

  @Test("Modes without any rate keep their λ bit for bit")
  func idleModes() throws {
    let model = try DrivenModel.rashba(20, drive: 1)
    var generator = SeededGenerator(seed: 92)
    let start = generator.doubles(40, in: -1...1)
    var evolution = try model.implicit(from: start, tolerance: 1e-9)
    try evolution.advance(to: 50)
    // k = −π is momentum 0 and k = 0 is momentum 10; ν = − is the second band.
    let idle = [1, 21]
    for mode in 0..<40 {
      #expect((evolution.values[mode] == start[mode]) == idle.contains(mode), "mode \(mode)")
    }
  }

  @Test("A start with rates that are not finite is an error")
  func initialRates() throws {
    let model = try DrivenModel.chain(20, beta: 2, drive: 0.4)
    var start = Self.zero(20)
    start[7] = .nan
    var evolution = try model.implicit(from: start, tolerance: 1e-8)
    #expect(throws: NumericalError.initialRates) { try evolution.advance(to: 1) }
  }

  @Test("A number of channels that have both signs is stepped, too")
  func signs() throws {
    let random = try RandomModel(dimension: 1, orbitals: 2, beta: 1, seed: 11)
    let model = DrivenModel(model: random.model, grid: random.grid)
    let start = Self.zero(46)
    var explicit = try model.evolution(.explicit, from: start, until: 5, tolerance: 1e-11)
    var implicit = try model.evolution(.implicit, from: start, until: 5, tolerance: 1e-9)
    try explicit.advance(to: 5)
    try implicit.advance(to: 5)
    #expect(Self.relativeDistance(implicit.values, explicit.values) < 1e-9)
  }

  @Test("Any number of ranks finds the same bits", arguments: [2, 3, 4, 7])
  func ranks(_ ranks: Int) throws {
    for model in [
      try DrivenModel.chain(41, beta: 10, drive: 0.5), try DrivenModel.rashba(5, drive: 1),
    ] {
      let modes = model.partition(over: SerialCommunicator()).modes
      var generator = SeededGenerator(seed: 93)
      let start = generator.doubles(modes, in: -1...1)
      var alone = try model.implicit(from: start, tolerance: 1e-6)
      try alone.advance(to: 0.01)
      try alone.advance(to: 30)
      let parts = try InProcessCommunicator.run(ranks: ranks) { communicator in
        var evolution = try model.implicit(from: start, tolerance: 1e-6, over: communicator)
        try evolution.advance(to: 0.01)
        try evolution.advance(to: 30)
        return (evolution.values, evolution.statistics)
      }
      #expect(parts.flatMap(\.0) == alone.values)
      #expect(parts.allSatisfy { $0.1 == alone.statistics })
    }
  }
}
