import Kinetics

/// The relaxation rates at a steady state.
public struct SpectrumResult: Sendable {
  /// The steady state.
  public var steady: SteadyResult

  /// The rates in units of εJ, slowest first.
  public var spectrum: RelaxationSpectrum

  /// εJ, in which an energy of the deck becomes a rate.
  public var unit: Double

  /// Whether the whole Jacobian was diagonalised.
  public var isComplete: Bool

  /// The real part of the slowest rate, an energy; `nil` where nothing relaxes.
  public var gap: Double? { spectrum.rates.first.map { unit * $0.real } }
}
