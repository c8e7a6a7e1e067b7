import Communication
import Kinetics
import TestSupport
import Testing
import VectorMath

/// The stepper through single steps of `Evolution`, whose derivatives a script prescribes.
@Suite("Stepper")
struct StepperTests {
  private static let tableau = Tableau.dormandPrince
  private static let modes = 20

  /// Derivatives of as many evaluations; the first is zero, so that the first step takes all the time.
  private static func script(_ evaluations: Int) -> [[Double]] {
    var generator = SeededGenerator(seed: 81)
    let zero = [Double](repeating: 0, count: modes)
    return [zero] + (1..<evaluations).map { _ in generator.doubles(modes, in: -1...1) }
  }

  private static let initial: [Double] = {
    var generator = SeededGenerator(seed: 82)
    return generator.doubles(modes, in: -3...3)
  }()

  /// The state λ + h Σ_j a_j k_j.
  private static func combine(
    _ lambda: [Double],
    _ length: Double,
    _ coefficients: [Double],
    _ derivatives: [[Double]]
  ) -> [Double] {
    lambda.indices.map { mode in
      var sum = lambda[mode]
      for (a, k) in zip(coefficients, derivatives) { sum += length * a * k[mode] }
      return sum
    }
  }

  private static func close(_ a: [Double], _ b: [Double]) -> Bool {
    // Eleven terms with coefficients up to 43.
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 256 * .ulpOfOne }
  }

  @Test(
    "Stage i stands at λ + h Σ_j a_ij k_j, in every step, and the step ends at λ + h Σ_j b_j k_j"
  )
  func stages() throws {
    let (script, record) = (Self.script(25), Record())
    var evolution = evolution(from: Self.initial) { evaluation, lambda in
      record.states.append(lambda)
      return script[evaluation]
    }
    try evolution.step(length: 0.25)
    try evolution.step(length: 0.5)
    #expect(record.states.count == 25)
    var (lambda, first) = (Self.initial, 0)
    for length in [0.25, 0.5] {
      // The first derivative of the second step is that at the end of the first: evaluation 12.
      let derivatives = Array(script[first..<first + 12])
      for (stage, row) in (Self.tableau.stages.dropFirst() + [Self.tableau.weights]).enumerated() {
        let expected = Self.combine(lambda, length, row, derivatives)
        #expect(Self.close(record.states[first + stage + 1], expected))
      }
      lambda = record.states[first + 12]
      first += 12
    }
    #expect(evolution.lambda == lambda)
  }

  @Test("A step ends where the next begins, and costs twelve evaluations after the first")
  func evaluations() throws {
    let record = Record()
    var evolution = evolution(from: [1, 2]) { _, lambda in
      record.states.append(lambda)
      return lambda.map { -$0 }
    }
    for step in 1...5 {
      try evolution.step(length: 0.1)
      #expect(evolution.lambda == record.states.last)
      #expect(evolution.statistics.forceEvaluations == 12 * step + 1)
    }
  }

  /// E_5²/√(E_5² + E_3²/100) of the estimates of each mode, in units of the tolerances.
  private static func error(_ first: [Double], _ second: [Double]) -> Double {
    let (fifth, third) = (first.reduce(0) { $0 + $1 * $1 }, second.reduce(0) { $0 + $1 * $1 })
    return fifth / ((fifth + 0.01 * third) * Double(first.count)).squareRoot()
  }

  @Test("The error is of the estimates h Σ_j e_j k_j over absolute + relative · |λ|")
  func errorNorm() throws {
    let script = Self.script(13)
    let length = 0.75
    let end = Self.combine(Self.initial, length, Self.tableau.weights, script)
    let zero = Self.initial.map { _ in 0.0 }
    let estimates = [Self.tableau.error, Self.tableau.secondError].map {
      Self.combine(zero, length, $0, script)
    }
    for (relative, absolute) in [(1e-9, 1.0), (1, 1e-3), (0.4, 0.3)] {
      let sizes = zip(Self.initial, end).map { absolute + relative * max(abs($0), abs($1)) }
      let error = Self.error(
        zip(estimates[0], sizes).map { $0 / $1 },
        zip(estimates[1], sizes).map { $0 / $1 }
      )
      // A tolerance a millionth above the error accepts the step, one below it rejects.
      for (factor, rejected) in [(1 + 1e-6, 0), (1 - 1e-6, 1)] {
        var evolution = evolution(
          from: Self.initial,
          relative: relative * error * factor,
          absolute: absolute * error * factor
        ) { evaluation, _ in evaluation < 12 ? script[evaluation] : zero }
        try evolution.advance(to: length)
        #expect(evolution.statistics.rejectedSteps == rejected)
      }
    }
  }

  @Test(
    "The error norm counts every mode of a long vector, whatever rank owns it",
    arguments: [1, 3]
  )
  func longErrorNorm(_ ranks: Int) throws {
    // One mode of 20000 is wrong: its error is diluted by the root of the number of modes.
    let (count, length) = (20_000, 1.0)
    for wrong in [0, 8191, 8192, 19_999] {
      let estimate = Self.error(
        [Self.tableau.error[6]] + [Double](repeating: 0, count: count - 1),
        [Self.tableau.secondError[6]] + [Double](repeating: 0, count: count - 1)
      )
      for (factor, rejected) in [(1 + 1e-6, 0), (1 - 1e-6, 1)] {
        let rejections = try InProcessCommunicator.run(ranks: ranks) { communicator in
          let partition = Partition(momenta: count, bands: 1, over: communicator)
          let owned = partition.owned
          let engine = FunctionEngine(partition: partition, over: communicator) {
            evaluation,
            lambda in
            var rates = lambda.map { _ in 0.0 }
            if evaluation == 6, owned.contains(wrong) { rates[wrong - owned.lowerBound] = 1 }
            return rates
          }
          var evolution = Evolution(
            RateEquation(engine: engine, rate: Double(count)),
            from: AlignedVector(count: owned.count),
            control: StepControl(
              relativeTolerance: 1e-300,
              absoluteTolerance: estimate * factor
            ),
            over: communicator
          )
          try evolution.advance(to: length)
          return evolution.statistics.rejectedSteps
        }
        #expect(rejections == [Int](repeating: rejected, count: ranks))
      }
    }
  }

  @Test("A nonlinear equation is solved with order 8")
  func order() throws {
    // A rotation whose speed is the radius squared: λ = (cos t, sin t) from (1, 0).
    func error(steps: Int) throws -> Double {
      var evolution = evolution(from: [1, 0]) { _, lambda in
        let speed = lambda[0] * lambda[0] + lambda[1] * lambda[1]
        return [-lambda[1] * speed, lambda[0] * speed]
      }
      for _ in 0..<steps { try evolution.step(length: 4 / Double(steps)) }
      let exact = DoubleDouble.circle(DoubleDouble(4))
      let (x, y) = (evolution.lambda[0] - exact.cosine.high, evolution.lambda[1] - exact.sine.high)
      return (x * x + y * y).squareRoot()
    }
    let errors = try [4, 8, 16].map { try error(steps: $0) }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      let ratio = coarse / fine
      #expect(ratio > 0x1p7 * 1.2 && ratio < 0x1p8 * 2)
    }
  }
}
