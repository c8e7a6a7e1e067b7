/// A computation that did not come to a result; raised alike on all ranks.
public enum NumericalError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The step length fell to rounding at a time.
  case stepUnderflow(time: Double, length: Double)

  /// The initial state has rates that are not finite.
  case initialRates

  /// Coarse lattices do not have the moments of the large one from a time on; infinite where they found none.
  case notNested(time: Double, deviation: Double)

  /// Moments and pair sums give different forces.
  case enginesDisagree(deviation: Double, tolerance: Double)

  /// The iteration for the steady state ended above the tolerance.
  case notSteady(residual: Double, tolerance: Double)

  /// The derivative to a parameter has too large an error, by its own estimate.
  case response(to: String, error: Double, tolerance: Double)

  /// Relaxation rates were not found.
  case spectrum(String)

  /// Something that must be finite was not.
  case notFinite(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .stepUnderflow(let time, let length):
      "the step length fell to \(length) at t = \(time): the problem is stiff here, or has no "
        + "solution; looser tolerances or a smaller beta help"
    case .initialRates:
      "the initial state has rates that are not finite; start closer to the steady state"
    case .notNested(let time, let deviation):
      "time.method: nested needs moments that coarse lattices have, too; from t = \(time) on "
        + (deviation.isFinite ? "they differ by \(deviation)" : "those were not found")
        + ": bands or states have sharp features; use auto"
    case .enginesDisagree(let deviation, let tolerance):
      "the separable and the direct forces differ by \(deviation); \(tolerance) is allowed"
    case .notSteady(let residual, let tolerance):
      "no steady state was found: the residual is \(residual), \(tolerance) is allowed; another "
        + "initial state (initial: {thermal: …}), a smaller beta or a drive below 1 may help"
    case .response(let parameter, let error, let tolerance):
      "the slope to \(parameter) is known to \(error) only; \(tolerance) is allowed"
    case .spectrum(let reason):
      "the relaxation rates were not found: \(reason)"
    case .notFinite(let what):
      "\(what) is not finite"
    }
  }
}
