import Communication
import Dissipation
import Kinetics
import VectorMath

/// The ensemble at one output time.
public struct EvolveOutput: Sendable {
  /// In inverse units of energy.
  public var time: Double

  /// λ of the recorded modes, in their order.
  public var lambda: [Double]

  /// Filling and currents.
  public var observables: ObservableValues

  /// What was done to get there.
  public var statistics: EvolutionStatistics
}

/// What an evolution has brought.
public struct EvolveResult: Sendable {
  /// The ensemble at each output time.
  public var outputs: [EvolveOutput]

  /// Steps and evaluations.
  public var statistics: EvolutionStatistics

  /// The engine that computed the forces.
  public var engine: String

  /// The fingerprint of the final λ.
  public var digest: UInt64

  /// What compression of the kernel found, if it was asked for and needed.
  public var compression: CompressionReport?

  /// The largest deviation of the filling from that at time 0.
  public var fillingDrift: Double {
    guard let first = outputs.first?.observables.filling else { return 0 }
    return outputs.map { abs($0.observables.filling - first) }.max() ?? 0
  }
}

/// Is told, on every rank, what an evolution is doing.
public protocol EvolveObserver: ~Copyable {
  /// The kernel was compressed, or could not be.
  mutating func didCompress(_ report: CompressionReport)

  /// Both engines agree.
  mutating func didVerify(deviation: Double)

  /// The integration with direct forces begins.
  ///
  /// - Parameters:
  ///   - pairSeconds: The measured time of one pair on this rank.
  ///   - partition: Who owns which modes.
  mutating func willStart(pairSeconds: Double, partition: Partition)

  /// The integration goes on from a saved state. Called on all ranks, so that it may communicate.
  ///
  /// - Parameter outputs: What the interrupted runs have reached.
  /// - Throws: What ends the study.
  mutating func willGoOn(after outputs: [EvolveOutput]) throws

  /// A step was accepted.
  mutating func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics)

  /// An output time was reached. Called on all ranks, so that it may communicate.
  ///
  /// - Parameters:
  ///   - output: What is to be told of it.
  ///   - lambda: λ of the owned modes.
  /// - Throws: What ends the study.
  mutating func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) throws

  /// The integration is over. Called on all ranks, so that it may communicate.
  ///
  /// - Parameters:
  ///   - lambda: The final λ of the owned modes.
  ///   - partition: Who owns which modes.
  /// - Throws: What ends the study.
  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) throws
}

/// Does nothing, where an observer has no use for it.
extension EvolveObserver where Self: ~Copyable {
  /// Does nothing.
  public func didCompress(_ report: CompressionReport) {}
  /// Does nothing.
  public func didVerify(deviation: Double) {}
  /// Does nothing.
  public func willStart(pairSeconds: Double, partition: Partition) {}
  /// Does nothing.
  public func willGoOn(after outputs: [EvolveOutput]) {}
  /// Does nothing.
  public func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics) {}
  /// Does nothing.
  public func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) {}
  /// Does nothing.
  public func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) {}
}

/// An observer that does nothing.
public struct SilentObserver: EvolveObserver {
  /// Creates the observer.
  public init() {}
}
