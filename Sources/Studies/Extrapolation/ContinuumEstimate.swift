import RealModule

/// What some sizes say about L → ∞.
///
/// The approach is exponential: with the twist variation V₁ ~ e^{−κL} and its second harmonic V₂ ~ e^{−2κL} (see
/// `TwistHarmonics`), the average over twists at the largest size is the limit but for an error of the order of V₂.
/// The sizes are *asymptotic* if at the largest one e^{−κL} is below e⁻⁴ by two measures: V₂/V₁ there, and the
/// decrease of V₁ from the size before. Otherwise nothing is known about the limit.
struct ContinuumEstimate {
  private let points: [SizePoint]
  private let scale: Double

  /// κL from which sizes are asymptotic: the first correction is below two per cent of the leading one.
  static let threshold = 4.0

  /// How many times the sum of second harmonics the error is estimated to be.
  static let safety = 1.5

  /// Looks at sizes.
  ///
  /// - Parameters:
  ///   - points: At least one, in ascending order.
  ///   - scale: A bound of the velocities, which the currents are compared with.
  init(_ points: [SizePoint], scale: Double) {
    self.points = points
    self.scale = scale
  }

  /// What rounding makes of a current.
  private var rounding: Double { 16 * scale.ulp }

  private var last: SizePoint { points[points.count - 1] }

  /// The error of the average at the largest size, if that is asymptotic.
  var error: Double { ContinuumEstimate.safety * last.secondVariation + rounding }

  /// Whether the error is below a tolerance, or as small as rounding lets it be.
  func meets(_ tolerance: Double) -> Bool { error <= max(tolerance, 2 * rounding) }

  /// Whether the largest size is in the exponential regime; it takes two sizes to see that.
  var isAsymptotic: Bool {
    guard points.count > 1, isAsymptotic(last) else { return false }
    if isResolved(last) { return true }
    return decrease * Double(last.length) >= ContinuumEstimate.threshold
  }

  /// Whether the dependence on the boundary is below rounding.
  private func isResolved(_ point: SizePoint) -> Bool { point.variation <= rounding }

  private func isAsymptotic(_ point: SizePoint) -> Bool {
    if isResolved(point) { return true }
    if point.secondVariation <= rounding { return point.variation <= 1e-3 * scale }
    return .log(point.variation / point.secondVariation) >= ContinuumEstimate.threshold
  }

  /// −d ln V₁/dL from the size before the largest one.
  private var decrease: Double {
    let previous = points[points.count - 2]
    let growth = Double(last.length - previous.length)
    return .log(previous.variation / last.variation) / growth
  }

  /// The points whose V₁ follows e^{−κL}: asymptotic, and above rounding.
  private var decaying: [SizePoint] {
    points.filter { isAsymptotic($0) && $0.variation > 10 * rounding }
  }

  /// Whether κ can be fitted.
  var canFit: Bool { decaying.count > 1 }

  /// κ from a straight line through ln V₁ over L, or from one size; `nil` where all is below rounding.
  var decayRate: Double? {
    let points = decaying
    guard canFit else {
      guard let point = points.last else { return nil }
      let ratio =
        point.secondVariation > rounding
        ? point.variation / point.secondVariation : scale / point.variation
      return .log(ratio) / Double(point.length)
    }
    let lengths = points.map { Double($0.length) }
    let logarithms = points.map { Double.log($0.variation) }
    let count = Double(points.count)
    let (meanLength, meanLogarithm) = (
      lengths.reduce(0, +) / count, logarithms.reduce(0, +) / count
    )
    var (covariance, variance) = (0.0, 0.0)
    for (length, logarithm) in zip(lengths, logarithms) {
      covariance += (length - meanLength) * (logarithm - meanLogarithm)
      variance += (length - meanLength) * (length - meanLength)
    }
    return -covariance / variance
  }

  /// κ as far as the largest size shows it, at most what it would be at the edge of the regime.
  private var roughRate: Double {
    let length = Double(last.length)
    var rates = [Double.log(last.variation / last.secondVariation) / length]
    if points.count > 1 { rates.append(decrease) }
    let edge = ContinuumEstimate.threshold / length
    return min(edge, rates.filter { $0 > 0 && $0.isFinite }.min() ?? edge / 4)
  }

  /// The L at which the error would be `tolerance`, from κ.
  ///
  /// - Parameter tolerance: In units of a current.
  /// - Returns: At least the largest size so far.
  func length(for tolerance: Double) -> Int {
    let rate = isAsymptotic ? decayRate ?? roughRate : roughRate
    let regime = ContinuumEstimate.threshold / rate
    let target = max(tolerance, 2 * rounding)
    let more = .log(max(1, error / target)) / (2 * rate)
    return Int(min(1e15, max(regime, Double(last.length) + more)).rounded(.up))
  }
}
