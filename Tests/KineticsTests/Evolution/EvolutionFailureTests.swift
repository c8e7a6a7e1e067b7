import Communication
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Evolution whose rates are not finite")
struct EvolutionFailureTests {
  @Test(
    "A stage that is not finite rejects the step, and the next is a tenth",
    arguments: [
      Double.nan, .infinity, -.infinity,
    ]
  )
  func notFinite(_ bad: Double) throws {
    for evaluation in 1...11 {
      var times: [Double] = []
      // What is not finite in a stage goes on to the next.
      var evolution = evolution(from: [0, 0]) { index, lambda in
        [index == evaluation ? bad : 0 * lambda[0], 0]
      }
      try evolution.advance(to: 1) { time, _ in times.append(time) }
      #expect(evolution.statistics.rejectedSteps == 1)
      #expect(times.first == 0.1)
      #expect(evolution.lambda == [0, 0])
    }
  }

  @Test("A stage that is not finite on one rank rejects the step on all", arguments: 0..<3)
  func notFiniteElsewhere(_ bad: Int) throws {
    let results = try InProcessCommunicator.run(ranks: 3) { communicator in
      let partition = Partition(momenta: 30, bands: 1, over: communicator)
      let engine = FunctionEngine(partition: partition, over: communicator) { index, lambda in
        lambda.map { index == 9 && communicator.rank == bad ? .nan : -$0 }
      }
      var evolution = Evolution(
        RateEquation(engine: engine, rate: 30),
        from: AlignedVector(partition.owned.map { Double($0) }),
        control: StepControl(relativeTolerance: 1e-8, absoluteTolerance: 1e-8),
        over: communicator
      )
      try evolution.advance(to: 1)
      return evolution.statistics
    }
    #expect(results[0].rejectedSteps >= 1)
    #expect(results == [EvolutionStatistics](repeating: results[0], count: 3))
  }

  @Test("A solution that ends before its time is a step underflow that speaks of stiffness")
  func underflow() {
    // λ̇ = λ², λ(0) = 1 is 1/(1 − t).
    var evolution = evolution(from: [1]) { _, lambda in [lambda[0] * lambda[0]] }
    let error = #expect(throws: NumericalError.self) { try evolution.advance(to: 2) }
    guard case .stepUnderflow(let time, let length) = error else {
      Issue.record("\(String(describing: error)) is not an underflow")
      return
    }
    #expect(abs(time - 1) <= 1e-6)
    #expect(length <= 1e-14)
    #expect(error?.description.contains("stiff") == true)
    #expect(error?.description.contains("t = \(time)") == true)
  }

  @Test("Rates that never are finite again end in a step underflow")
  func neverFinite() {
    var evolution = evolution(from: [1]) { index, _ in [index < 20 ? 1 : .nan] }
    #expect(throws: NumericalError.self) { try evolution.advance(to: 1e9) }
  }

  @Test(
    "Initial rates that are not finite are an error on all ranks",
    arguments: [
      Double.nan, .infinity,
    ]
  )
  func initialRates(_ bad: Double) {
    let outcomes = InProcessCommunicator.outcomes(ranks: 3) { communicator in
      let partition = Partition(momenta: 9, bands: 1, over: communicator)
      let engine = FunctionEngine(partition: partition, over: communicator) { _, lambda in
        lambda.map { _ in communicator.rank == 1 ? bad : 0 }
      }
      var evolution = Evolution(
        RateEquation(engine: engine, rate: 9),
        from: AlignedVector(count: 3),
        control: StepControl(relativeTolerance: 1e-8, absoluteTolerance: 1e-8),
        over: communicator
      )
      try evolution.advance(to: 1)
    }
    for outcome in outcomes {
      #expect(throws: NumericalError.initialRates) { try outcome.get() }
    }
  }
}
