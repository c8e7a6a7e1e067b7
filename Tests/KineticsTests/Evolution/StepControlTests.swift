import Kinetics
import Testing

@Suite("Step control")
struct StepControlTests {
  private func control() -> StepControl {
    StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-8)
  }

  @Test("Errors up to 1 are accepted, larger ones not", arguments: [4, 5])
  func acceptance(_ order: Int) {
    for (error, accepted) in [(0, true), (0.5, true), (1, true), (1.0.nextUp, false), (100, false)]
    {
      var control = control()
      #expect(control.judge(error: error, order: order).accepted == accepted)
    }
  }

  @Test(
    "An error that is not finite rejects and shortens tenfold",
    arguments: [Double.nan, .infinity]
  )
  func notFinite(_ error: Double) {
    var control = control()
    let verdict = control.judge(error: error, order: 5)
    #expect(!verdict.accepted && verdict.factor == 0.1)
  }

  @Test("The first accepted factor is 0.9 err^(-1/5 + 0.03) times 1e-4 to the power of 0.04")
  func firstFactor() {
    var control = control()
    // err = 0.5: 0.5^(−0.17) = 1.1250584846888094, 10^(−0.16) = 0.6918309709189365.
    let factor = control.judge(error: 0.5, order: 5).factor
    #expect(abs(factor - 0.9 * 1.1250584846888094 * 0.6918309709189365) <= 1e-15)
  }

  @Test("The error of the accepted step before enters the next factor with the power 0.04")
  func integralPart() {
    var control = control()
    _ = control.judge(error: 0.25, order: 5)
    // 0.5^(−0.17) · 0.25^0.04, and 0.25^0.04 = 0.946057646725596.
    let factor = control.judge(error: 0.5, order: 5).factor
    #expect(abs(factor - 0.9 * 1.1250584846888094 * 0.946057646725596) <= 1e-15)
  }

  @Test("A rejected step shortens by 0.9 err^(-1/5 + 0.03)")
  func rejectedFactor() {
    var control = control()
    // 10^(−0.17) = 0.6760829753919818
    let factor = control.judge(error: 10, order: 5).factor
    #expect(abs(factor - 0.9 * 0.6760829753919818) <= 1e-15)
  }

  @Test("A rejected step shortens tenfold at most, and never grows")
  func rejectedRange() {
    for error in [(1.0).nextUp, 2, 1e3, 1e30] {
      var control = control()
      #expect((0.1...1).contains(control.judge(error: error, order: 5).factor))
    }
    var control = control()
    #expect(control.judge(error: 1e30, order: 5).factor == 0.1)
  }

  @Test("An accepted step grows tenfold at most and shrinks to a fifth at least")
  func acceptedRange() {
    var control = control()
    #expect(control.judge(error: 0, order: 5).factor == 10)
    for error in [1e-9, 1e-3, 1] {
      #expect((0.2...10).contains(control.judge(error: error, order: 5).factor))
    }
  }

  @Test(
    "The step after a rejected one does not grow, the next but one may",
    arguments: [2, Double.nan]
  )
  func noGrowthAfterRejection(_ error: Double) {
    var control = control()
    _ = control.judge(error: error, order: 5)
    #expect(control.judge(error: 1e-9, order: 5).factor == 1)
    #expect(control.judge(error: 1e-9, order: 5).factor > 1)
  }

  @Test("The tolerances are those given")
  func tolerances() {
    #expect(control().relativeTolerance == 1e-6)
    #expect(control().absoluteTolerance == 1e-8)
  }
}
