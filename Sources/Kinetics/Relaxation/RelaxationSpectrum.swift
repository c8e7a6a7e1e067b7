/// A relaxation rate: small deviations from the steady state decay like e^−(re + i·im)t.
public struct RelaxationRate: Sendable, Equatable {
  /// The rate of decay, in units of εJ.
  public var real: Double

  /// The frequency of oscillation, in units of εJ; rates that are not real come in pairs.
  public var imaginary: Double

  /// |𝒥 v + μ v|/(|μ| |v|) of its state over all modes, recomputed from the rates of all modes.
  public var residual: Double

  /// Creates a rate.
  public init(real: Double, imaginary: Double, residual: Double) {
    self.real = real
    self.imaginary = imaginary
    self.residual = residual
  }
}

/// The relaxation rates of a steady state, slowest first.
public struct RelaxationSpectrum: Sendable, Equatable {
  /// The rates, without those of conserved quantities; each as often as it occurs.
  public var rates: [RelaxationRate] = []

  /// The number of modes without any rate, which are left out.
  public var idleModes = 0

  /// The number of rates that are zero since something is conserved: 1, the number of particles,
  /// unless the baths conserve more; these are left out.
  public var conservedQuantities = 0

  /// The state that relaxes most slowly.
  public var slowest: RelaxationState?

  /// Creates an empty spectrum.
  public init() {}
}

/// Where the deviation δn of a state that relaxes at one rate is.
public struct RelaxationState: Sendable, Equatable {
  /// How many modes take part: (Σ_m |δn_m|²)²/Σ_m |δn_m|⁴.
  ///
  /// Where a rate occurs more than once, that of one of its states.
  public var participation: Double

  /// The mode with the largest |δn_m|, as a flat index over all modes.
  public var peak: Int
}
