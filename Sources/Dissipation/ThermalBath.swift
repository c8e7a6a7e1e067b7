import Lattice
import VectorMath

/// An equilibrium bath; alone, it drives λ to β(ε − μ), with μ fixed by the filling.
///
/// Its rates obey detailed balance, W(k→q) e^{−βε_k} = W(q→k) e^{−βε_q}, with ω = ε_k − ε_q:
///
///     symmetric   W = e^{βω/2}                                                     (Eqs. 8 and 18)
///     ohmic       W = βω/(1 − e^{−βω}) = e^{βω/2} (βω/2)/sinh(βω/2)
public struct ThermalBath: Dissipator, Equatable {
  /// How rates depend on the energy that is exchanged.
  public enum Spectrum: String, Sendable, CaseIterable {
    /// The paper's, of rank one.
    case symmetric
    /// An ohmic bath, not of low rank.
    case ohmic
  }

  /// β ≥ 0, in inverse units of energy.
  public var inverseTemperature: Double

  /// How rates depend on the energy.
  public var spectrum: Spectrum

  /// Creates a bath.
  public init(inverseTemperature: Double, spectrum: Spectrum = .symmetric) {
    self.inverseTemperature = inverseTemperature
    self.spectrum = spectrum
  }

  /// One channel, f = e^{β(ε − c)/2} and g = 1/f with c the middle of the energy bounds, times the
  /// modulation of an ohmic spectrum.
  ///
  /// - Throws: `ModelError` if a rate could overflow, β · (bandwidth)/2 > 690.
  public func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    let bounds = bands.energyBounds
    let largest = inverseTemperature * (bounds.upperBound - bounds.lowerBound) / 2
    guard inverseTemperature >= 0, largest <= 690 else {
      throw ModelError(
        "beta = \(inverseTemperature) gives rates up to e^\(largest), beyond double precision; "
          + "beta times the bandwidth must be between 0 and 1380",
        about: .temperature
      )
    }
    let centre = middle(of: bounds)
    let factors = ThermalFactors(a: inverseTemperature / 2, c: centre)
    let (source, sink) = factors.tables(of: bands.energies)
    let channels = SeparableKernel(channels: [Channel(coupling: 1, source: source, sink: sink)])
    switch spectrum {
    case .symmetric:
      return RateKernel(separable: channels)
    case .ohmic:
      let energies = bands.energies.map { inverseTemperature * ($0 - centre) }
      return RateKernel(modulated: [
        ModulatedKernel(modulation: .ohmic(scaledEnergies: energies), channels: channels)
      ])
    }
  }

  /// One channel of exponentials, of the symmetric spectrum.
  public func formulas(on hamiltonian: BlochHamiltonian) -> [ChannelFormula]? {
    guard spectrum == .symmetric else { return nil }
    return [.thermal(a: inverseTemperature / 2, c: middle(of: hamiltonian.energyBounds))]
  }

  private func middle(of bounds: ClosedRange<Double>) -> Double {
    (bounds.lowerBound + bounds.upperBound) / 2
  }
}
