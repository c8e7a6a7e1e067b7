import Communication
import Dissipation
import Kinetics

/// A steady state with what proves it.
public struct SteadyResult: Sendable {
  /// The engine that computed the forces.
  public var engine: String

  /// Passes over the modes of Newton's method, or evaluations of a fixed point.
  public var iterations: Int

  /// The residual, recomputed from λ alone.
  public var certificate: SteadyCertificate

  /// The residual by the other engine, where that was affordable.
  public var otherResidual: Double?

  /// A bound for how far λ of some mode may be off because terms of its rates cancel; `nil` where none do, and where it was
  /// not looked for.
  public var cancellationError: Double?

  /// |Σ n/M − filling|.
  public var fillingError = 0.0

  /// Filling and currents.
  public var observables = ObservableValues(filling: 0, orbitalCurrents: [], current: [])

  /// dI/d(drive) for each direction, exact; `nil` where the kernel is not separable
  /// or there is no derivative.
  public var driveSlope: [Double]?

  /// dI/d(filling) for each direction, exact; `nil` where the kernel is not separable
  /// or there is no derivative.
  public var fillingSlope: [Double]?

  /// λ of the recorded modes, in their order.
  public var lambda: [Double] = []

  /// The fingerprint of λ.
  public var digest: UInt64 = 0

  /// What compression of the kernel found, if it was asked for and needed.
  public var compression: CompressionReport?

  /// Creates a result of which little is known yet.
  package init(engine: String, iterations: Int, certificate: SteadyCertificate) {
    self.engine = engine
    self.iterations = iterations
    self.certificate = certificate
  }

  /// Creates the result of a state in moments, without responses.
  init(_ state: SettledState, passes: Int, _ velocities: VelocityScales, _ partition: Partition) {
    self.init(engine: "separable", iterations: passes, certificate: state.certificate)
    observables = velocities.observables(
      state.velocities,
      number: state.number,
      bands: partition.bands,
      momenta: partition.momenta
    )
    digest = state.digest
  }
}
