import Communication

extension SteadySolver {
  /// Iterates by Newton's method until a step is below 10⁻⁸, or 10⁻⁹ for responses.
  ///
  /// Collective. Each pass has a Jacobian of its own, but for those at the beginning of an iteration that
  /// inherits one from a state near by: they take the old one, and leave the last step to a new one.
  ///
  /// - Parameters:
  ///   - responses: Whether to find the responses to the drive and to the filling, too.
  ///   - limit: The largest number of passes.
  /// - Returns: Whether it converged; the result must be judged by its own residual.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func iterate(
    responses: Bool,
    limit: Int = 60
  ) throws(CommunicationError) -> IterationReport {
    found = nil
    var previous = point
    var step: [Double] = []
    var inherits = inverse != nil
    // The size of the last step, and of the error that it is expected to have left.
    var size = Double.infinity
    // Where a line was well predicted until now, the derivatives are computed at once.
    var error = inherits ? 4 * predictionError : .infinity
    predictionError = .infinity
    var halvings = 0
    var made = 0
    for passes in 1...limit {
      made = passes
      let takesOld = inherits && error > 1e-9
      let wantsResponse = responses && !takesOld && error < 1e-5
      try evaluate(takesOld ? .moments : wantsResponse ? .response : .derivatives)
      guard pass.isValid else {
        // Half of the step, where the whole one left the range of rates.
        step = step.map { $0 / 2 }
        halvings += 1
        guard !step.isEmpty, halvings <= 4 else { break }
        point = previous.moved(by: step)
        inherits = false
        error = .infinity
        continue
      }
      previous = point
      if !takesOld {
        inverse = try inverse(of: jacobian(), rows: unknowns + 1, columns: unknowns)
      }
      guard let inverse else { break }
      step = product(inverse, residuals().map { -$0 })
      let newSize = largestMagnitude(step)
      if passes == 1 { predictionError = newSize }
      guard newSize.isFinite else { break }
      if newSize > 2 { step = step.map { $0 * 2 / newSize } }
      if wantsResponse { found = try momentResponses(inverse) }
      point = previous.moved(by: step)
      if takesOld {
        // An old Jacobian contracts by the same factor at each step; at the first it is a guess.
        let factor = size.isFinite ? newSize / size : 0.05
        if factor > 0.2 || newSize > 0.1 { inherits = false }
        error = newSize * factor
      } else {
        inherits = false
        if newSize < (responses ? 1e-9 : 1e-8), wantsResponse == responses {
          return IterationReport(passes: passes, converged: true)
        }
        error = newSize * newSize
      }
      size = newSize
    }
    inverse = nil
    return IterationReport(passes: made, converged: false)
  }
}
