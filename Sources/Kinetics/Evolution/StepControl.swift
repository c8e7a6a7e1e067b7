import RealModule

/// Chooses the length of the next step from the error of the last two.
///
/// A proportional–integral controller: h ← h · s · err^(−α) · err_old^β with β = 0.04 and α = 1/p − 0.75 β.
/// E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section IV.2.
public struct StepControl: Sendable, Equatable {
  /// Relative tolerance, > 0.
  public let relativeTolerance: Double

  /// Absolute tolerance of λ, > 0.
  public let absoluteTolerance: Double

  /// The error of the last accepted step in units of the tolerance.
  private var lastError = 1e-4

  /// Whether the last step was rejected: then the next must not grow.
  private var rejected = false

  /// Creates a controller.
  public init(relativeTolerance: Double, absoluteTolerance: Double) {
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
  }

  /// Appends what the next judgement depends on.
  func save(to words: inout StateWords) {
    words.append(lastError)
    words.append(rejected)
  }

  /// Takes over what `save` has appended.
  mutating func restore(_ words: inout StateWords) throws(StateError) {
    lastError = try words.takeDouble()
    rejected = try words.takeBool()
  }

  /// Judges a step.
  ///
  /// - Parameters:
  ///   - error: The error norm in units of the tolerance; NaN where something was not finite.
  ///   - order: The order p of the step.
  /// - Returns: Whether to accept it, and the factor for the length of the next one, 0.1 … 10.
  public mutating func judge(error: Double, order: Int) -> (accepted: Bool, factor: Double) {
    guard error.isFinite else {
      rejected = true
      return (false, 0.1)
    }
    let beta = 0.04
    let alpha = 1 / Double(order) - 0.75 * beta
    let response = Double.pow(max(error, 1e-10), -alpha)
    guard error <= 1 else {
      rejected = true
      return (false, min(1, max(0.1, 0.9 * response)))
    }
    let largest = rejected ? 1.0 : 10
    let factor = 0.9 * response * .pow(lastError, beta)
    lastError = max(error, 1e-4)
    rejected = false
    return (true, min(largest, max(0.2, factor)))
  }
}
