import VectorMath

/// How far the present state of an engine is from steady, in the modes that this rank owns.
public struct Imbalance: Sendable, Equatable {
  /// max_m |h·in − n·out|/(h·in + n·out) over modes with a rate; infinite where something is not finite.
  public var largest = 0.0

  /// The number of modes without any rate.
  public var idleModes = 0

  /// The place of the first of them among the owned modes.
  public var firstIdle: Int?

  /// Nothing is out of balance.
  public init() {}
}

/// Looks at modes, eight at a time from the first on.
struct ImbalanceScan {
  private var residuals = Vector.zero
  private var idleLanes = SIMD8<Int64>.zero
  private var firstIdle: Int?

  /// A bound below the largest residual until now, by more than the roundings of `isBelow`.
  var bound: Double { residuals.max() * (1 - 0x1p-48) }

  /// Which of eight modes have rates, and residuals below the bound: they need not be taken.
  ///
  /// Without a division.
  @inline(__always)
  static func isBelow(
    _ bound: Vector,
    _ exponential: Vector,
    gain: Vector,
    loss: Vector
  ) -> SIMDMask<SIMD8<Int64>> {
    let toward = exponential * gain
    return magnitude(toward - loss) .< bound * (toward + loss)
  }

  /// Takes eight modes.
  ///
  /// - Parameters:
  ///   - exponential: e^λ = h/n.
  ///   - gain: The gains, zero beyond the owned modes.
  ///   - loss: The losses, zero beyond the owned modes.
  ///   - index: The place of the first.
  @inline(__always)
  mutating func take(_ exponential: Vector, gain: Vector, loss: Vector, at index: Int) {
    let isIdle = (gain .== Vector.zero) .& (loss .== Vector.zero)
    // Both over n.
    take(toward: exponential * gain, away: loss, isIdle: isIdle, at: index)
  }

  /// Takes eight modes.
  ///
  /// - Parameters:
  ///   - toward: h·in, in any unit of each mode.
  ///   - away: n·out in the same unit.
  ///   - isIdle: Which modes have no rate, or are none.
  ///   - index: The place of the first.
  @inline(__always)
  mutating func take(
    toward: Vector,
    away: Vector,
    isIdle: SIMDMask<SIMD8<Int64>>,
    at index: Int
  ) {
    var residual = magnitude(toward - away) / (toward + away)
    // Comparisons fail for NaN, too. Rates that cancel below zero balance nothing.
    let bound = Vector(repeating: Double.greatestFiniteMagnitude)
    let areRates = (toward .>= Vector.zero) .& (away .>= Vector.zero)
    residual = residual.replacing(with: .infinity, where: .!(areRates .& (residual .<= bound)))
    residual = residual.replacing(with: 0, where: isIdle)
    residuals = residuals.replacing(with: residual, where: residual .> residuals)
    guard any(isIdle) else { return }
    idleLanes = idleLanes.replacing(with: idleLanes &+ 1, where: isIdle)
    if firstIdle == nil {
      firstIdle = (0..<Vector.scalarCount).first { isIdle[$0] }.map { index + $0 }
    }
  }

  /// What was found among `count` modes; the lanes beyond them are idle, and do not count.
  func imbalance(count: Int) -> Imbalance {
    var result = Imbalance()
    result.largest = residuals.max()
    result.idleModes = Int(idleLanes.wrappedSum()) - (count.roundedUpToVectors - count)
    result.firstIdle = firstIdle.flatMap { $0 < count ? $0 : nil }
    return result
  }
}
