import Lattice
import Numerics

/// Dephasing by noise with the correlation e^{−|R|/ξ} between cells at the distance R on a chain.
///
///     W(kν→pμ) = Σ_σ γ_σ C(k − p) |u_σμ(p)|² |u_σν(k)|²,   C(q) = sinh(1/ξ)/(cosh(1/ξ) − cos q)
///
/// For ξ → 0 it becomes the dephasing of Eq. (19), C = 1.
public struct CorrelatedDephasing: Dissipator, Equatable {
  /// ξ > 0, in cells.
  public var length: Double

  /// γ_σ ≥ 0 of each orbital.
  public var rates: [Double]

  /// The longest ξ on a chain, in cells.
  ///
  /// Next to the rate at which a mode goes to itself, which changes nothing, those to other momenta are of the order
  /// (L/2πξ)². From some 100 L on they would be lost in its rounding.
  public static func longest(cells: Int) -> Double { 100 * Double(cells) }

  /// Creates a bath.
  public init(length: Double, rates: [Double]) {
    self.length = length
    self.rates = rates
  }

  /// One channel for each orbital with a rate, times the correlation.
  ///
  /// - Throws: `ModelError` if the lattice is no chain or has another number of orbitals, or ξ is not
  ///   positive and at most `longest`.
  public func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    guard bands.grid.dimension == 1 else {
      throw ModelError("correlated dephasing is a bath of a chain, in one dimension")
    }
    guard rates.count == bands.bands else {
      throw ModelError("dephasing needs a rate for each of the \(bands.bands) orbitals")
    }
    let longest = CorrelatedDephasing.longest(cells: bands.grid.extents[0])
    guard length > 0, length <= longest else {
      throw ModelError(
        "the correlation length must be above 0 and at most \(longest), a hundred times the lattice"
      )
    }
    let dephasing = try JumpBath.dephasing(rates: rates).kernel(on: bands).separable
    // Below 1/700 the hyperbolic functions overflow, and C is 1 to rounding from 1/40 on.
    guard length >= 1.0 / 700 else { return RateKernel(separable: dephasing) }
    var cosines: [Double] = []
    var sines: [Double] = []
    for index in bands.momenta {
      let (cosine, sine) = bands.grid.halfAngle(at: index)
      cosines += repeatElement(cosine, count: bands.bands)
      sines += repeatElement(sine, count: bands.bands)
    }
    let modulation = Modulation.correlated(
      length: length,
      halfCosines: cosines,
      halfSines: sines
    )
    return RateKernel(modulated: [ModulatedKernel(modulation: modulation, channels: dephasing)])
  }
}
