import Communication
import VectorMath

/// The equation of motion of the Lagrange parameters, on top of a force engine.
///
///     λ̇_q = (εJ/N) [ loss_q / (1 − n_q) − gain_q / n_q ]
///         = −(εJ/N) (1 + e^λ_q) (gain_q − e^−λ_q loss_q)                    (Eqs. 10 and 20)
public struct RateEquation<Engine: ForceEngine & ~Copyable>: ~Copyable {
  /// Computes gain and loss.
  public private(set) var engine: Engine

  /// εJ/N, in units of energy.
  public let scale: Double

  /// How often the derivative was computed.
  public private(set) var evaluations = 0

  private var gain: AlignedVector
  private var loss: AlignedVector

  /// Creates the equation.
  ///
  /// - Parameters:
  ///   - engine: Computes gain and loss.
  ///   - rate: εJ.
  public init(engine: consuming Engine, rate: Double) {
    let partition = engine.partition
    self.engine = engine
    scale = rate / Double(partition.momenta)
    gain = AlignedVector(count: partition.owned.count)
    loss = AlignedVector(count: partition.owned.count)
  }

  /// Who owns which modes.
  public var partition: Partition { engine.partition }

  /// Writes λ̇ of the owned modes. Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - derivative: On return λ̇ of the owned modes, in units of energy; room for
  ///     `lambda.paddedCount` elements, of which the padding becomes zero.
  /// - Throws: `CommunicationError` if the engine's collective fails.
  public mutating func derivative(
    at lambda: borrowing AlignedVector,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
    evaluations += 1
    let scale = Vector(repeating: scale)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (perOccupation, perVacancy) = inverseOccupations(lambda.pointer.vector(at: index))
      let toward = loss.pointer.vector(at: index) * perVacancy
      let away = gain.pointer.vector(at: index) * perOccupation
      derivative.store(scale * (toward - away), at: index)
    }
  }

  /// Writes gain and loss of the owned modes, as the engine computes them. Collective.
  public mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
  }
}
