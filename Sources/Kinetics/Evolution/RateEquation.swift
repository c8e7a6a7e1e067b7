import Communication
import VectorMath

/// The equation of motion of the Lagrange parameters: a force engine with its unit of time.
public struct RateEquation<Engine: ForceEngine & ~Copyable>: ~Copyable {
  /// εJ/N, in units of energy.
  public let scale: Double

  /// The number of states whose gains and losses were computed.
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

  /// Goes to a state.
  ///
  /// Collective; see `ForceEngine`.
  mutating func enter(_ lambda: borrowing AlignedVector) throws(CommunicationError) {
    try engine.enter(lambda)
    evaluations += 1
  }

  /// Writes λ̇ and goes to the next state.
  ///
  /// Collective if there is one; see `ForceEngine`.
  mutating func advance(
    _ pass: StagePass
  ) throws(CommunicationError) -> (first: Double, second: Double) {
    if pass.next != nil { evaluations += 1 }
    return try engine.advance(pass)
  }

  /// The fastest relaxation of all modes of all ranks, but for the change of the moments; an energy.
  ///
  /// Collective.
  func largestRate(over communicator: some Communicator) throws(CommunicationError) -> Double {
    let rate = engine.largestRate()
    return try scale * communicator.maximum(rate.isFinite ? rate : .infinity)
  }

  /// The engine, at the end of this equation.
  consuming func takeEngine() -> Engine { engine }
}
