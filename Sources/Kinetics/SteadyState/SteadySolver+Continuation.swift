import Communication

extension SteadySolver {
  /// Follows pseudo-time from the moments given to where Newton's method converges, and ends with it.
  ///
  /// Collective. With the moments Φ(x) that the occupations of x have, the flow dx/dτ = Φ(x) − x + c u, where u shifts
  /// all λ by the same and c keeps the filling, leads to the steady state. Its linearly implicit Euler steps
  ///
  ///     (1/τ + 1 − ∂Φ) δ − c u = Φ(x) − x,        ∂N δ = filling · M − N
  ///
  /// are damped iterations of the fixed point for small τ and Newton steps for large τ; τ grows as the residual
  /// falls (switched evolution relaxation), and shrinks where a step leaves the range of rates.
  ///
  /// - Parameters:
  ///   - responses: As in `iterate`.
  ///   - limit: The largest number of passes.
  /// - Returns: Whether it converged; the result must be judged by its own residual.
  /// - Throws: `CommunicationError` if a collective fails.
  /// - Reference: C. T. Kelley, D. E. Keyes, SIAM J. Numer. Anal. 35, 508 (1998).
  public mutating func continueInPseudoTime(
    responses: Bool,
    limit: Int = 400
  ) throws(CommunicationError) -> IterationReport {
    inverse = nil
    var time = 1.0
    var previous = point
    var step: [Double] = []
    var residual = Double.infinity
    var made = 0
    for passes in 1...limit {
      made = passes
      try evaluate(.derivatives)
      let right = residuals()
      let found = largestMagnitude(right)
      guard pass.isValid, found.isFinite else {
        guard !step.isEmpty, time > 1e-12 else { break }
        time /= 4
        step = step.map { $0 / 4 }
        point = previous.moved(by: step)
        continue
      }
      if found < 1e-5 {
        let report = try iterate(responses: responses)
        return IterationReport(passes: passes + report.passes, converged: report.converged)
      }
      if residual.isFinite { time *= min(4, max(0.25, residual / found)) }
      residual = found
      previous = point
      step = try pseudoTimeStep(time, right)
      let size = largestMagnitude(step)
      guard size.isFinite else { break }
      if size > 2 { step = step.map { $0 * 2 / size } }
      point = previous.moved(by: step)
    }
    return IterationReport(passes: made, converged: false)
  }

  /// δ for a length τ of pseudo-time.
  ///
  /// Collective.
  private func pseudoTimeStep(
    _ time: Double,
    _ residuals: [Double]
  ) throws(CommunicationError) -> [Double] {
    let size = unknowns + 1
    let jacobian = jacobian()
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<unknowns {
        let derivative = jacobian[row * unknowns + column]
        let own = row == column ? 1 / time : 0
        matrix[row * size + column] = row < unknowns ? own - derivative : derivative
      }
      // All gains by the same factor: λ of all modes shifts.
      if row < unknowns, row % 2 == 0 {
        matrix[row * size + unknowns] = -point.moments[row] / point.derivative(row)
      }
    }
    let right = residuals.enumerated().map { $0.offset < unknowns ? $0.element : -$0.element }
    let inverse = try inverse(of: matrix, rows: size, columns: size)
    return Array(product(inverse, right).prefix(unknowns))
  }
}
