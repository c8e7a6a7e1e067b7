import Kinetics
import Studies
import Testing

@Suite("Sweep outcome")
struct SweepOutcomeTests {
  private static var outcome: SweepOutcome {
    var result = SteadyResult(
      engine: "direct",
      iterations: 7,
      certificate: SteadyCertificate(residual: 3e-16, idleModes: 2)
    )
    result.certificate.firstIdleMode = 5
    result.otherResidual = 4e-16
    result.fillingError = 1e-17
    result.observables = ObservableValues(
      filling: 0.25,
      orbitalCurrents: [0.5, -0.0],
      current: [.leastNonzeroMagnitude]
    )
    result.driveSlope = [1.5]
    result.lambda = [-.infinity, 2]
    result.digest = .max - 1
    return .found(result)
  }

  @Test("A message has all that was found, bit for bit")
  func wholeMessages() throws {
    let message = SweepOutcomeTests.outcome.message
    guard case .found(let result) = try SweepOutcome(message: message) else {
      Issue.record("not found")
      return
    }
    #expect(SweepOutcome.found(result).message == message)
    #expect(result.engine == "direct")
    #expect(result.iterations == 7)
    #expect(result.certificate.residual == 3e-16)
    #expect(result.certificate.idleModes == 2)
    #expect(result.certificate.firstIdleMode == 5)
    #expect(result.otherResidual == 4e-16)
    #expect(result.fillingError == 1e-17)
    #expect(result.observables.filling == 0.25)
    #expect(result.observables.orbitalCurrents.map(\.bitPattern) == [0.5, -0.0].map(\.bitPattern))
    #expect(result.observables.current == [.leastNonzeroMagnitude])
    #expect(result.driveSlope == [1.5])
    #expect(result.fillingSlope == nil)
    #expect(result.lambda == [-.infinity, 2])
    #expect(result.digest == UInt64.max - 1)
  }

  @Test("A message that was cut off is none")
  func damagedMessages() {
    let message = SweepOutcomeTests.outcome.message
    for count in 0..<message.count {
      #expect(throws: StateError.self) { try SweepOutcome(message: Array(message[..<count])) }
    }
  }

  @Test("A message of another kind is none")
  func otherMessages() {
    #expect(throws: StateError.self) { try SweepOutcome(message: [7, 1, 2, 3]) }
  }

  @Test("Words of failures and refusals come through")
  func causes() throws {
    guard case .failed(let cause) = try SweepOutcome(message: SweepOutcome.failed("ε < 0").message)
    else {
      Issue.record("not failed")
      return
    }
    #expect(cause == "ε < 0")
    for point in [nil, 0, 12] {
      var refusal = TableRefusal("2·10⁹ modes")
      refusal.point = point
      #expect(try TableRefusal(message: refusal.message) == refusal)
    }
    #expect(try TableRefusal(message: SweepOutcomeTests.outcome.message) == nil)
  }
}
