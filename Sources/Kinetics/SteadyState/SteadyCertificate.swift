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
  try engine.enter(lambda)
  let own = engine.imbalance()
  let first = own.firstIdle.map { engine.partition.owned.lowerBound + $0 }
  // The first of all is the largest of the negative places; below 2⁵³ all are exact.
  var extremes: InlineArray<2, Double> = [own.largest, first.map { -Double($0) } ?? -.infinity]
  var span = extremes.mutableSpan
  try communicator.maximum(&span)
  guard span[1].isFinite else { return SteadyCertificate(residual: span[0]) }
  return SteadyCertificate(
    residual: span[0],
    idleModes: Int(try communicator.sum(Int64(own.idleModes))),
    firstIdleMode: Int(-span[1])
  )
}
