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
  try engine.rates(at: lambda, gain: &gain, loss: &loss)
  var largest = 0.0
  var idle: Int64 = 0
  var first = Int64.min
  for index in 0..<lambda.count {
    if gain[index] == 0 && loss[index] == 0 {
      idle += 1
      first = max(first, -Int64(engine.partition.owned.lowerBound + index))
      continue
    }
    let (n, h) = occupations(lambda[index])
    let (toward, away) = (h * gain[index], n * loss[index])
    let residual = abs(toward - away) / (toward + away)
    largest = residual.isFinite ? max(largest, residual) : .infinity
  }
  let residual = try communicator.maximum(largest)
  first = try communicator.maximum(first)
  return SteadyCertificate(
    residual: residual,
    idleModes: Int(try communicator.sum(idle)),
    firstIdleMode: first > .min ? Int(-first) : nil
  )
}
