import RealModule

/// Chooses the length of the next implicit step from the errors and the lengths of the last two.
///
/// The estimate is of order h⁶, the error of the step itself of order h¹⁰, so that it goes with the estimate to
/// the power 10/6. The estimate is therefore held to 0.3 (tolerance)^0.6, as Hairer's program RADAU does
/// with a factor 0.1; a test measures that the result is then within the tolerance.
///
/// K. Gustafsson, ACM Trans. Math. Softw. 20, 496 (1994).
struct ImplicitControl {
  /// What the estimate is allowed, in units of the tolerance.
  let allowance: Double

  private var lastError = 1.0
  private var lastLength = 0.0
  private var rejected = false

  /// - Parameter tolerance: The larger of the relative and the absolute one.
  init(tolerance: Double) {
    allowance = max(1, 0.3 * .pow(tolerance, -0.4))
  }

  /// Appends what the next judgement depends on.
  func save(to words: inout StateWords) {
    words.append(lastError)
    words.append(lastLength)
    words.append(rejected)
  }

  /// Takes over what `save` has appended.
  mutating func restore(_ words: inout StateWords) throws(StateError) {
    lastError = try words.takeDouble()
    lastLength = try words.takeDouble()
    rejected = try words.takeBool()
  }

  /// Judges a step.
  ///
  /// - Parameters:
  ///   - error: The largest error estimate in units of the tolerance.
  ///   - length: The length of the step.
  ///   - iterations: How many iterations the stages took.
  /// - Returns: Whether to accept it, and the factor for the length of the next one, 0.1 … 8.
  mutating func judge(
    error: Double,
    length: Double,
    iterations: Int
  ) -> (accepted: Bool, factor: Double) {
    let ratio = max(error / allowance, 1e-10)
    guard ratio.isFinite else {
      rejected = true
      return (false, 0.1)
    }
    // Steps whose stages are hard to find grow less.
    let safety = 0.9 * 21 / (20 + Double(iterations))
    let response = safety * .pow(ratio, -1.0 / 6)
    guard ratio <= 1 else {
      rejected = true
      return (false, min(0.9, max(0.1, response)))
    }
    var factor = response
    if lastLength > 0 {
      let trend = Double.pow(lastError / ratio, 1.0 / 6)
      factor = min(factor, response * length / lastLength * trend)
    }
    lastError = max(ratio, 1e-2)
    lastLength = length
    defer { rejected = false }
    return (true, min(rejected ? 1 : 8, max(0.2, factor)))
  }

  /// Notes that the stages of a step were not found.
  mutating func noteFailure() { rejected = true }
}
