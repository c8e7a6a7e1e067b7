import Lattice
import Numerics

/// A bath of translationally invariant jump operators, whose rates add up.
///
///     W(kν→pμ) = Σ_L γ_L | Σ_i A_i e^{−ip·r_i + ik·s_i} u*_{a_i μ}(p) u_{b_i ν}(k) |²
///
/// An operator that is a product, Σ_α c_α c†_α · Σ_β d_β c_β, is one channel, with factors that are squares:
///
///     f(k,ν) = |Σ_β d_β e^{ik·s_β} u_{b_β ν}(k)|²        g(p,μ) = |Σ_α c_α e^{−ip·r_α} u*_{a_α μ}(p)|²
public struct JumpBath: Dissipator, Equatable {
  /// The operators.
  public var operators: [JumpOperator]

  /// Creates a bath.
  public init(operators: [JumpOperator]) { self.operators = operators }

  /// One channel for each operator.
  ///
  /// - Throws: `ModelError` if an operator names an orbital or a direction that the lattice does not
  ///   have, or is not a product.
  public func kernel(on bands: BandStructure) throws(ModelError) -> SeparableKernel {
    var channels: [Channel] = []
    for (index, jump) in operators.enumerated() {
      let name = "jump operator \(index + 1)"
      guard !jump.terms.isEmpty else { throw ModelError("\(name) has no terms") }
      guard jump.rate >= 0, jump.rate.isFinite else {
        throw ModelError("\(name): the rate must be finite and not negative")
      }
      for site in jump.terms.flatMap({ [$0.create, $0.annihilate] }) {
        guard bands.orbitals.indices.contains(site.orbital) else {
          throw ModelError("\(name): the lattice has \(bands.orbitals.count) orbitals")
        }
        guard site.cell.count == bands.grid.dimension else {
          throw ModelError("\(name): a cell has \(bands.grid.dimension) components here")
        }
      }
      let matrix = AmplitudeMatrix(jump.terms)
      guard let factors = matrix.factors else {
        throw ModelError("\(name) is not a product of a creation and an annihilation part")
      }
      // u* e^{−ip·r} and its conjugate have the same modulus: both factors are |Σ d e^{ik·s} u|².
      channels.append(
        Channel(
          coupling: jump.rate,
          source: squares(factors.annihilation, at: matrix.annihilation, bands),
          sink: squares(factors.creation.map(\.conjugate), at: matrix.creation, bands)
        )
      )
    }
    return SeparableKernel(channels: channels)
  }

  /// |Σ_β d_β e^{ik·s_β} u_{b_β ν}(k)|² of each mode.
  private func squares(
    _ amplitudes: [Complex<Double>],
    at sites: [JumpOperator.Site],
    _ bands: BandStructure
  ) -> [Double] {
    var squares = [Double](repeating: 0, count: bands.energies.count)
    var phases = amplitudes
    for (offset, index) in bands.momenta.enumerated() {
      let coordinates = bands.grid.coordinates(of: index)
      for (term, site) in sites.enumerated() {
        let phase = bands.grid.phase(at: coordinates, displacement: site.cell)
        phases[term] = amplitudes[term] * phase.conjugate
      }
      for mode in offset * bands.bands..<(offset + 1) * bands.bands {
        var sum = Complex<Double>.zero
        for (term, site) in sites.enumerated() {
          sum += phases[term] * bands.eigenvectors[mode * bands.bands + site.orbital]
        }
        squares[mode] = sum.real * sum.real + sum.imaginary * sum.imaginary
      }
    }
    return squares
  }
}
