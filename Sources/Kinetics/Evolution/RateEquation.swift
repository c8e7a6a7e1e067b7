import Communication
import VectorMath

/// The equation of motion of the Lagrange parameters: a force engine with its unit of time.
public struct RateEquation<Engine: ForceEngine & ~Copyable>: ~Copyable {
  /// εJ/N, in units of energy.
  public let scale: Double

  /// How often the derivative was computed.
  public private(set) var evaluations = 0

  private var engine: Engine

  /// Creates the equation.
  ///
  /// - Parameters:
  ///   - engine: Computes gain, loss and λ̇.
  ///   - rate: εJ.
  public init(engine: consuming Engine, rate: Double) {
    scale = rate / Double(engine.partition.momenta)
    self.engine = engine
  }

  /// Who owns which modes.
  public var partition: Partition { engine.partition }

  /// Sets the number of evaluations to that of a saved state.
  mutating func restore(evaluations: Int) { self.evaluations = evaluations }

  /// Writes λ̇ of the owned modes.
  ///
  /// Collective; see `ForceEngine.derivative`.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - derivative: On return λ̇ in units of energy; room for `lambda.paddedCount` elements.
  /// - Throws: `CommunicationError` if the engine's collective fails.
  public mutating func derivative(
    at lambda: borrowing AlignedVector,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    try engine.derivative(at: lambda, scale: scale, into: derivative)
    evaluations += 1
  }
}
