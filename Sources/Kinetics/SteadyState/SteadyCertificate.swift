import Communication
import VectorMath

/// How steady a state is, from λ alone.
public struct SteadyCertificate: Sendable, Equatable {
  /// max_m |h·in − n·out|/(h·in + n·out) over all modes with a rate.
  public var residual: Double

  /// The number of modes without any rate.
  public var idleModes: Int

  /// The first of them, as a flat index over all modes.
  public var firstIdleMode: Int?

  /// Creates a certificate.
  public init(residual: Double, idleModes: Int = 0, firstIdleMode: Int? = nil) {
    self.residual = residual
    self.idleModes = idleModes
    self.firstIdleMode = firstIdleMode
  }
}

/// Computes the residual of a state with fresh rates.
///
/// Collective. Each mode counts by itself, so that tails with tiny rates are not hidden by others.
///
/// - Parameters:
///   - lambda: λ of the owned modes.
///   - engine: Computes the rates; any engine of the model.
///   - communicator: The ranks.
/// - Returns: The certificate, the same on all ranks; the residual is infinite where something is not
///   finite.
/// - Throws: `CommunicationError` if a collective fails.
public func certify<Engine: ForceEngine & ~Copyable>(
  _ lambda: borrowing AlignedVector,
  with engine: inout Engine,
  over communicator: some Communicator
) throws(CommunicationError) -> SteadyCertificate {
  var gain = AlignedVector(count: lambda.count)
  var loss = AlignedVector(count: lambda.count)
  return try certify(lambda, with: &engine, gain: &gain, loss: &loss, over: communicator)
}

/// The same with memory for gain and loss.
///
/// Collective.
func certify<Engine: ForceEngine & ~Copyable>(
  _ lambda: borrowing AlignedVector,
  with engine: inout Engine,
  gain: inout AlignedVector,
  loss: inout AlignedVector,
  over communicator: some Communicator
) throws(CommunicationError) -> SteadyCertificate {
  try engine.rates(at: lambda, gain: &gain, loss: &loss)
  let bound = Vector(repeating: Double.greatestFiniteMagnitude)
  var residuals = Vector.zero
  // The padding has no rates, either.
  var idleLanes = SIMD8<Int64>.zero
  for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
    let (n, h) = occupations(lambda.pointer.vector(at: index))
    let toward = h * gain.pointer.vector(at: index)
    let away = n * loss.pointer.vector(at: index)
    let isIdle =
      (gain.pointer.vector(at: index) .== Vector.zero)
      .& (loss.pointer.vector(at: index) .== Vector.zero)
    var residual = magnitude(toward - away) / (toward + away)
    // The comparison fails for NaN, too.
    residual = residual.replacing(with: .infinity, where: .!(residual .<= bound))
    residual = residual.replacing(with: 0, where: isIdle)
    residuals = residuals.replacing(with: residual, where: residual .> residuals)
    idleLanes = idleLanes.replacing(with: idleLanes &+ 1, where: isIdle)
  }
  let padding = lambda.paddedCount - lambda.count
  let idle = idleLanes.wrappedSum() - Int64(padding)
  var first = Int64.min
  if idle > 0 {
    var index = 0
    while gain[index] != 0 || loss[index] != 0 { index += 1 }
    first = -Int64(engine.partition.owned.lowerBound + index)
  }
  let residual = try communicator.maximum(residuals.max())
  first = try communicator.maximum(first)
  return SteadyCertificate(
    residual: residual,
    idleModes: Int(try communicator.sum(idle)),
    firstIdleMode: first > .min ? Int(-first) : nil
  )
}
