import Communication
import Kinetics
import VectorMath

/// The ways to a steady state in moments.
private enum SteadyAttempt { case warm, cold, uniform, fixedPoint, pseudoTime }

extension SteadyWorkspace {
  /// The state whose moments are those of a coarse lattice, in one pass.
  ///
  /// Collective.
  ///
  /// - Returns: `nil`, on all ranks, where this lattice has other moments, or modes without rates; then the solver is
  ///   where an iteration may go on.
  mutating func settleMoments(
    at coarse: CoarseState,
    within tolerance: Double
  ) throws -> SteadyResult? {
    solver.value.begin(at: coarse.root)
    let state = try solver.value.settle(
      into: lambda,
      tolerance: tolerance,
      judges: false
    )
    guard state.certificate.residual <= tolerance,
      state.certificate.idleModes == 0,
      abs(state.number / Double(partition.modes) - filling) <= SteadyStudy.tolerance
    else { return nil }
    var result = result(state, passes: 1)
    (result.driveSlope, result.fillingSlope) = (coarse.driveSlope, coarse.fillingSlope)
    return result
  }

  /// From where the search should begin; failing that by Newton's method from the initial state, then from a uniform
  /// one of its filling, failing that by an accelerated fixed point, and failing that through pseudo-time.
  mutating func solveMoments(
    _ setup: StudySetup,
    from begin: SteadyStart,
    _ responses: Bool
  ) throws -> SteadyResult {
    var passes = 0
    var residual = Double.infinity
    let attempts: [SteadyAttempt] =
      solver.value.prefersFixedPoint
      ? [.warm, .fixedPoint, .cold, .uniform, .pseudoTime]
      : [.warm, .cold, .uniform, .fixedPoint, .pseudoTime]
    for attempt in attempts {
      let found: Bool
      var isGiven = false
      switch attempt {
      case .warm:
        switch begin {
        case .initial: continue
        case .state:
          try solver.value.begin(at: lambda)
          passes += 1
        case .near(let variables):
          if let variables { solver.value.variables = variables }
        }
        found = try converges(&passes) { solver throws(CommunicationError) in
          try solver.iterate(responses: responses, limit: 12)
        }
      case .cold, .uniform:
        if attempt == .cold {
          try solver.value.begin(at: start)
        } else {
          // Rates of a very cold initial state may be beyond double precision.
          guard setup.initial.commonLambda == nil,
            let common = InitialState.uniform(filling: filling).commonLambda
          else { continue }
          lambda.buffer.update(repeating: common)
          try solver.value.begin(at: lambda)
        }
        passes += 1
        found = try converges(&passes) { solver throws(CommunicationError) in
          try solver.iterate(responses: responses, limit: 40)
        }
      case .fixedPoint:
        // Its λ has moments that belong to a state, whatever cancels in them; it is not touched again.
        lambda.copy(from: start)
        passes += try solver.value.iterateFixedPoint(lambda)
        try solver.value.begin(at: lambda)
        passes += try solver.value.iterate(responses: responses, limit: 12).passes + 1
        found = true
        isGiven = true
      case .pseudoTime:
        try solver.value.begin(at: start)
        passes += 1
        found = try converges(&passes) { solver throws(CommunicationError) in
          try solver.continueInPseudoTime(responses: responses)
        }
      }
      guard found else { continue }
      let state =
        isGiven
        ? try solver.value.judge(lambda)
        : try solver.value.settle(
          into: lambda,
          responses: responses && partition.modes <= SteadyStudy.verifiedModes,
          tolerance: SteadyStudy.tolerance
        )
      residual = state.certificate.residual
      guard residual <= SteadyStudy.tolerance else { continue }
      var result = result(state, passes: passes)
      if hasIdleModes {
        if gain.count != lambda.count {
          gain = AlignedVector(count: lambda.count)
          loss = AlignedVector(count: lambda.count)
        }
        try solver.value.rates(at: lambda, gain: &gain, loss: &loss)
      }
      try addResponses(to: &result, setup)
      return result
    }
    throw NumericalError.notSteady(residual: residual, tolerance: SteadyStudy.tolerance)
  }

  /// A result without responses.
  private mutating func result(_ state: SettledState, passes: Int) -> SteadyResult {
    hasIdleModes = state.certificate.idleModes > 0
    return SteadyResult(state, passes: passes, velocities, partition)
  }

  /// Runs an iteration.
  ///
  /// Collective.
  private mutating func converges(
    _ passes: inout Int,
    _ iterate: (inout SteadySolver<Group>) throws(CommunicationError) -> IterationReport
  ) throws(CommunicationError) -> Bool {
    let report = try iterate(&solver.value)
    passes += report.passes
    return report.converged
  }

  private mutating func addResponses(to result: inout SteadyResult, _ setup: StudySetup) throws {
    let found = solver.value.responses
    // Modes without rates have them at other drives: nothing is differentiable there.
    if result.certificate.idleModes == 0 {
      result.driveSlope = found.drive.map {
        velocities.currents($0, bands: partition.bands, momenta: partition.momenta)
      }
      result.fillingSlope = found.filling.map {
        velocities.currents($0, bands: partition.bands, momenta: partition.momenta)
      }
    } else if found.filling != nil, case .uniform = setup.initial {
      // They follow a uniform filling.
      let table = AlignedVector(count: lambda.count, block: 512)
      for index in 0..<lambda.count where gain[index] == 0 && loss[index] == 0 {
        table[index] = 1
      }
      let slopes = try momentResponse(to: table, filling: 1)
      result.fillingSlope = slopes.allSatisfy(\.isFinite) ? slopes : nil
    }
  }

  /// The currents' response to a column of occupations and a change of the filling.
  ///
  /// Collective; see `SteadySolver.response`.
  mutating func momentResponse(
    to column: borrowing AlignedVector,
    filling change: Double
  ) throws -> [Double] {
    let sums = try solver.value.response(to: column, filling: change)
    return velocities.currents(sums, bands: partition.bands, momenta: partition.momenta)
  }

  /// A power of two above all velocities.
  var velocityScale: Double { velocities.largest }
}
