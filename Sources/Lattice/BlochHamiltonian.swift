import Numerics

/// H_ab(k) = Σ_r t_ab(r) e^{−ik·r}, from a list of hoppings; ħ = a = 1, orbitals at the origin of their cell.
public struct BlochHamiltonian: Sendable, Equatable {
  /// The number of directions, d.
  public let dimension: Int

  /// The names of the orbitals; there are as many bands.
  public let orbitals: [String]

  /// The terms, without their Hermitian conjugates.
  public let hoppings: [Hopping]

  /// Creates the Hamiltonian with these terms.
  ///
  /// - Throws: `ModelError` if a hopping has the wrong dimension, an unknown orbital, an amplitude that
  ///   is not finite, or neither zero nor of a magnitude from 10⁻²⁰⁰ to 10²⁰⁰, or is on-site and not real.
  public init(dimension: Int, orbitals: [String], hoppings: [Hopping]) throws(ModelError) {
    guard !orbitals.isEmpty, Set(orbitals).count == orbitals.count else {
      throw ModelError("a lattice needs one or more orbitals with different names")
    }
    for (index, hopping) in hoppings.enumerated() {
      let name = "hopping \(index + 1)"
      guard hopping.by.count == dimension else {
        throw ModelError("\(name): the displacement needs \(dimension) components")
      }
      guard orbitals.indices.contains(hopping.from), orbitals.indices.contains(hopping.to) else {
        throw ModelError("\(name): there is no such orbital; there are \(orbitals.count)")
      }
      guard hopping.amplitude.isFinite else {
        throw ModelError("\(name): the amplitude must be finite")
      }
      // Beyond, exact sums of velocities would leave the range of doubles.
      let size = hopping.amplitude.magnitude
      guard size == 0 || (1e-200...1e200).contains(size) else {
        throw ModelError(
          "\(name): the amplitude \(size) is out of range; allowed is zero, or from 1e-200 to 1e200",
          about: .lattice
        )
      }
      guard !hopping.isOnSite || hopping.amplitude.imaginary == 0 else {
        throw ModelError("\(name): an on-site energy must be real for a Hermitian Hamiltonian")
      }
    }
    self.dimension = dimension
    self.orbitals = orbitals
    self.hoppings = hoppings
  }

  /// A bound of every component of every velocity: Σ_r 2 |t(r)| max_c |r_c| ≥ |∂H/∂k_c|.
  public var velocityBound: Double {
    hoppings.reduce(0) { sum, hopping in
      sum + 2 * hopping.amplitude.length * Double(hopping.by.map(\.magnitude).max() ?? 0)
    }
  }

  /// An interval that contains every energy: Gershgorin's circles with |e^{−ik·r}| = 1.
  public var energyBounds: ClosedRange<Double> {
    var centres = orbitals.map { _ in 0.0 }
    var radii = orbitals.map { _ in 0.0 }
    for hopping in hoppings {
      if hopping.isOnSite {
        centres[hopping.from] += hopping.amplitude.real
      } else {
        radii[hopping.from] += hopping.amplitude.length
        radii[hopping.to] += hopping.amplitude.length
      }
    }
    let lower = zip(centres, radii).map { $0 - $1 }.min() ?? 0
    let upper = zip(centres, radii).map { $0 + $1 }.max() ?? 0
    return lower...upper
  }
}
