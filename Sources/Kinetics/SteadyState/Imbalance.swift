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

  /// Looks at all modes of a rank.
  ///
  /// - Parameters:
  ///   - count: The owned modes.
  ///   - mode: e^λ = h/n, gain and loss of eight modes from a place on; no rates beyond the owned ones.
  @inline(__always)
  init(count: Int, _ mode: (Int) -> (exponential: Vector, gain: Vector, loss: Vector)) {
    let bound = Vector(repeating: Double.greatestFiniteMagnitude)
    var residuals = Vector.zero
    var idleLanes = SIMD8<Int64>.zero
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (exponential, gain, loss) = mode(index)
      let isIdle = (gain .== Vector.zero) .& (loss .== Vector.zero)
      // Both over n.
      let toward = exponential * gain
      var residual = magnitude(toward - loss) / (toward + loss)
      // The comparison fails for NaN, too.
      residual = residual.replacing(with: .infinity, where: .!(residual .<= bound))
      residual = residual.replacing(with: 0, where: isIdle)
      residuals = residuals.replacing(with: residual, where: residual .> residuals)
      idleLanes = idleLanes.replacing(with: idleLanes &+ 1, where: isIdle)
    }
    largest = residuals.max()
    let padding = count.roundedUpToVectors - count
    idleModes = Int(idleLanes.wrappedSum()) - padding
    guard idleModes > 0 else { return }
    firstIdle = (0..<count).first { index in
      let (block, lane) = (
        index / Vector.scalarCount * Vector.scalarCount, index % Vector.scalarCount
      )
      let (_, gain, loss) = mode(block)
      return gain[lane] == 0 && loss[lane] == 0
    }
  }
}
