import Communication
import Kinetics
import VectorMath

/// Steady states of kernels that are not of low rank, by sums over all pairs.
extension SteadyWorkspace {
  /// The state by an accelerated fixed point.
  ///
  /// Collective.
  ///
  /// - Throws: `NumericalError` if none was found, alike on all ranks; `CommunicationError`.
  mutating func solveFixedPoint(
    from begin: SteadyStart,
    over communicator: Group
  ) throws -> SteadyResult {
    if case .initial = begin {
      lambda.copy(from: start)
    } else {
      // What modes without rates keep is in the initial state.
      try direct.value.rates(at: lambda, gain: &gain, loss: &loss)
      for index in 0..<lambda.count where gain[index] == 0 && loss[index] == 0 {
        lambda[index] = start[index]
      }
    }
    let iterations = try iterateFixedPoint(
      lambda,
      filling: filling,
      engine: &direct.value,
      tolerance: 2e-13,
      limit: 2000,
      over: communicator
    )
    let certificate = try certify(lambda, with: &direct.value, over: communicator)
    try require(certificate.residual)
    return SteadyResult(engine: "direct", iterations: iterations, certificate: certificate)
  }

  /// Refuses what is not steady; the residual is the same on all ranks.
  func require(
    _ residual: Double,
    within tolerance: Double = SteadyStudy.tolerance
  ) throws(NumericalError) {
    guard residual <= tolerance else {
      throw .notSteady(residual: residual, tolerance: tolerance)
    }
  }
}
