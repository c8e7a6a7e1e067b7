import Communication
import Kinetics
import Testing

@Suite("Separable evolution")
struct SeparableEvolutionTests {
  @Test("auto goes over to implicit steps where stability limits the explicit ones")
  func stiff() throws {
    let model = try DrivenModel.chain(64, beta: 10, drive: 0.5)
    let start = [Double](repeating: 0.3, count: 64)
    var auto = try model.evolution(.auto, from: start, until: 400, tolerance: 1e-8)
    var tight = try model.evolution(.implicit, from: start, until: 400, tolerance: 1e-12)
    for time in [1, 10, 400] as [Double] {
      try auto.advance(to: time)
      try tight.advance(to: time)
      for (a, b) in zip(auto.values, tight.values) { #expect(abs(a - b) < 1e-7 * (1 + abs(b))) }
    }
    #expect(auto.statistics.method == "explicit+implicit")
    #expect(auto.statistics.steps < 2000)
    let number = auto.values.reduce(0) { $0 + 1 / (1 + .exp($1)) }
    let initial = start.reduce(0) { $0 + 1 / (1 + .exp($1)) }
    #expect(abs(number - initial) / 64 < 1e-8)
  }

  @Test("auto takes the very steps of explicit where nothing is stiff")
  func notStiff() throws {
    let model = try DrivenModel.chain(100, beta: 2, drive: 0)
    let start = [Double](repeating: 0, count: 100)
    var auto = try model.evolution(.auto, from: start, until: 400, tolerance: 1e-10)
    var explicit = try model.evolution(.explicit, from: start, until: 400, tolerance: 1e-10)
    try auto.advance(to: 400)
    try explicit.advance(to: 400)
    #expect(auto.values == explicit.values)
    #expect(auto.statistics == explicit.statistics)
    #expect(auto.statistics.method == "explicit")
  }

  @Test("An explicit integration can go on to the steady state")
  func settle() throws {
    let model = try DrivenModel.chain(50, beta: 4, drive: 0.5)
    var evolution = try model.evolution(
      .auto,
      from: [Double](repeating: -0.2, count: 50),
      until: .infinity,
      tolerance: 1e-8
    )
    try evolution.advance(to: 0.5)
    try evolution.advance(untilResidual: 1e-12)
    #expect(try model.residual(evolution.values) < 2e-12)
    #expect(evolution.statistics.method == "explicit+implicit")
  }
}
