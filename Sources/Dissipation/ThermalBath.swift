import Lattice
import Numerics

/// An equilibrium bath, W(k→q) = e^{β(ε_k − ε_q)/2} (Eqs. 8 and 18).
///
/// It obeys detailed balance, W(k→q) e^{−βε_k} = W(q→k) e^{−βε_q}; alone it drives λ to β(ε − μ), with μ
/// fixed by the filling.
public struct ThermalBath: Dissipator, Equatable {
  /// β ≥ 0, in inverse units of energy.
  public var inverseTemperature: Double

  /// Creates a bath.
  public init(inverseTemperature: Double) { self.inverseTemperature = inverseTemperature }

  /// One channel, f = e^{β(ε − c)/2} and g = 1/f with c the middle of the energy bounds.
  ///
  /// - Throws: `ModelError` if a rate could overflow, β · (bandwidth)/2 > 690.
  public func kernel(on bands: BandStructure) throws(ModelError) -> SeparableKernel {
    let bounds = bands.energyBounds
    let largest = inverseTemperature * (bounds.upperBound - bounds.lowerBound) / 2
    guard inverseTemperature >= 0, largest <= 690 else {
      throw ModelError(
        "beta = \(inverseTemperature) gives rates up to e^\(largest), beyond double precision; "
          + "beta times the bandwidth must be between 0 and 1380"
      )
    }
    let centre = (bounds.lowerBound + bounds.upperBound) / 2
    let half = inverseTemperature / 2
    return SeparableKernel(channels: [
      Channel(
        coupling: 1,
        source: bands.energies.map { .exp(half * ($0 - centre)) },
        sink: bands.energies.map { .exp(-half * ($0 - centre)) }
      )
    ])
  }
}
