import Communication
import VectorMath

/// A steady state as one pass over the modes finds it, with what proves it.
public struct SettledState: Sendable {
  /// How steady λ is.
  public var certificate: SteadyCertificate

  /// Σ_m n_m.
  public var number: Double

  /// Σ_m v(m) n_m of each velocity table.
  public var velocities: [Double]

  /// The fingerprint of λ; see `digest`.
  public var digest: UInt64

  /// λ of the modes that were to be recorded, in their order.
  public var recorded: [Double]
}

extension SteadySolver {
  /// Writes the state of the present moments, and finds all that is asked of it.
  ///
  /// Collective: one pass over the modes, one sum and one maximum. λ = ln(out/in) is written mode by mode, n and h are
  /// computed again from that λ, and so are the moments. Where no factor is negative the rates from these
  /// moments are those of the pass to a relative δ, the largest deviation of a moment, so that
  ///
  ///     residual ≤ (r + δ)/(1 − δ),        r = max_m |h·in − n·out|/(h·in + n·out)
  ///
  /// with the rates of the pass. That bound is the certificate, to the 8 · 2⁻⁵³ that the moments of λ may have from
  /// roundings of n and of sums. Where factors have both signs, or the bound is above the
  /// tolerance, a second pass takes the residual with the moments of λ itself.
  ///
  /// - Parameters:
  ///   - lambda: On return λ of the owned modes. Where tables are computed block by block it may have no elements; then λ
  ///     goes with its block.
  ///   - recorded: Modes, of any rank, whose λ is wanted besides.
  ///   - responses: Whether to find the responses to the drive and to the filling in the same pass.
  ///   - tolerance: The largest bound that needs no second pass.
  ///   - judges: Whether there is such a pass at all; without one the residual is infinite.
  /// - Returns: The state, the same on all ranks; the residual is infinite where something is not finite.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func settle(
    into lambda: borrowing AlignedVector,
    recording recorded: [Int] = [],
    responses: Bool = false,
    tolerance: Double = 1e-12,
    judges: Bool = true
  ) throws(CommunicationError) -> SettledState {
    var state = try evaluate(lambda, recorded, isGiven: false, responses ? .response : .moments)
    let deviation = momentDeviation
    let bound =
      deviation < 1 ? (state.certificate.residual + deviation) / (1 - deviation) : .infinity
    if bound <= tolerance {
      if responses {
        found = try momentResponses(
          inverse(of: jacobian(), rows: unknowns + 1, columns: unknowns)
        )
      }
      state.certificate.residual = bound
      return state
    }
    guard pass.isValid, computed == nil, judges else {
      state.certificate.residual = .infinity
      return state
    }
    return try judge(lambda)
  }

  /// Finds all that is asked of a given state; its certificate is exact.
  ///
  /// Collective: two passes over the modes.
  ///
  /// - Parameter lambda: λ of the owned modes.
  /// - Returns: The state, as `settle` does.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func judge(
    _ lambda: borrowing AlignedVector
  ) throws(CommunicationError) -> SettledState {
    let reached = point
    let inherited = inverse
    try begin(at: lambda)
    let state = try evaluate(lambda, [], isGiven: true, .moments)
    (point, inverse) = (reached, inherited)
    return state
  }

  /// Whether the last pass found numbers everywhere, in their scales, on all ranks.
  public var isWithinRange: Bool { pass.isValid }

  /// The largest relative deviation between the moments assumed and found; infinite where it bounds nothing.
  private var momentDeviation: Double {
    guard pass.isValid, point.units.allSatisfy({ $0 == 0 }) else { return .infinity }
    return point.moments.indices.reduce(0) { largest, row in
      let change = abs(pass.moment(row) / point.moments[row] - 1)
      return change < .infinity ? max(largest, change) : .infinity
    }
  }

  /// A pass over λ.
  ///
  /// Collective.
  private mutating func evaluate(
    _ lambda: borrowing AlignedVector,
    _ recorded: [Int],
    isGiven: Bool,
    _ extent: MomentPass.Extent
  ) throws(CommunicationError) -> SettledState {
    let modes = partition.owned.count
    let first = partition.owned.lowerBound
    let isKept = lambda.count == modes
    precondition(isKept || computed != nil, "no place for λ")
    let block = AlignedVector(count: isKept ? 0 : computed?.blockModes ?? 0)
    pass.begin(
      engine.kernel,
      at: point,
      extent,
      response: .couplings(engine.kernel.slopes),
      state: StateVector(
        pointer: isKept ? lambda.pointer : block.pointer,
        isGiven: isGiven,
        isKept: isKept,
        first: first,
        recorded: RecordedLambda(recorded, owned: partition.owned)
      )
    )
    try addModes()
    let own = pass.scan.imbalance(count: modes)
    // Halves of 32 bits, whose sums do not overflow.
    let digest = pass.digest.value
    var integers = [Int64(own.idleModes), Int64(digest >> 32), Int64(digest & 0xFFFF_FFFF)]
    // One rank has the bits of a mode, and the others zeros.
    integers += pass.work.state?.recorded.bits.map(Int64.init(bitPattern:)) ?? []
    try pass.reduce(integers: &integers, over: communicator)
    // The first idle mode of all is the largest of the negative places; below 2⁵³ all are exact.
    var extremes = [own.largest, own.firstIdle.map { -Double(first + $0) } ?? -.infinity]
    var span = extremes.mutableSpan
    try communicator.maximum(&span)

    var certificate = SteadyCertificate(residual: pass.isValid ? extremes[0] : .infinity)
    if integers[0] > 0 {
      certificate.idleModes = Int(integers[0])
      certificate.firstIdleMode = Int(-extremes[1])
    }
    return SettledState(
      certificate: certificate,
      number: pass.moment(unknowns),
      velocities: (0..<velocityCount).map { pass.moment(unknowns + 1 + $0) },
      digest: UInt64(bitPattern: integers[1]) << 32 &+ UInt64(bitPattern: integers[2]),
      recorded: integers[3...].map { Double(bitPattern: UInt64(bitPattern: $0)) }
    )
  }
}
