import RealModule

/// A symmetric function S(k,q) of two modes, with what it needs to know of each.
public enum Modulation: Sendable, Equatable {
  /// S = (x/2)/sinh(x/2) with x = y_k − y_q: the ohmic spectrum, for which y = βε.
  case ohmic(scaledEnergies: [Double])

  /// S = sinh(2s)/(2 sinh²s + 2 sin²((k − q)/2)) = sinh(1/ξ)/(cosh(1/ξ) − cos(k − q)), s = 1/(2ξ), ξ in cells.
  ///
  /// The tables hold cos(k/2) and sin(k/2) of each mode.
  case correlated(length: Double, halfCosines: [Double], halfSines: [Double])

  /// S(k,q), for modes given by their place in the tables.
  public func value(_ k: Int, _ q: Int) -> Double {
    switch self {
    case .ohmic(let scaledEnergies):
      return Modulation.ohmic(scaledEnergies[k] - scaledEnergies[q])
    case .correlated(let length, let halfCosines, let halfSines):
      let sine = halfSines[k] * halfCosines[q] - halfCosines[k] * halfSines[q]
      let width = Double.sinh(0.5 / length)
      return Double.sinh(1 / length) / (2 * (width * width + sine * sine))
    }
  }

  /// (x/2)/sinh(x/2), 1 at x = 0; never zero before x²/4 overflows, as |x| e^{−|x|/2}/(1 − e^{−|x|}).
  public static func ohmic(_ x: Double) -> Double {
    let size = abs(x)
    if size == 0 { return 1 }
    return size * .exp(-size / 2) / -.expMinusOne(-size)
  }

  mutating func append(_ next: Modulation) {
    switch (self, next) {
    case (.ohmic(let own), .ohmic(let other)):
      self = .ohmic(scaledEnergies: own + other)
    case (.correlated(let length, let cosines, let sines), .correlated(_, let cos, let sin)):
      self = .correlated(length: length, halfCosines: cosines + cos, halfSines: sines + sin)
    default:
      preconditionFailure("modulations of different kinds")
    }
  }
}
