import Lattice

/// A bath and the share of the coupling that it has.
public struct WeightedBath: Sendable {
  /// The bath.
  public var dissipator: any Dissipator

  /// γ_bath ≥ 0; the paper has γ_eq = 1 − γ_neq.
  ///
  /// A bath of weight 0 is left out.
  public var weight: Double

  /// dγ_bath/d(drive), for the response to the drive.
  public var slope: Double

  /// Creates a weighted bath.
  public init(_ dissipator: any Dissipator, weight: Double, slope: Double = 0) {
    self.dissipator = dissipator
    self.weight = weight
    self.slope = slope
  }
}

/// The model: a lattice of fermions that is weakly coupled to several baths.
public struct OpenLattice: Sendable {
  /// H0.
  public var hamiltonian: BlochHamiltonian

  /// The baths with their weights.
  public var baths: [WeightedBath]

  /// ε, dimensionless and small.
  public var coupling: Double

  /// J, the energy that makes ε·J a rate.
  public var rateUnit: Double

  /// Whether baths of weight 0 are tabulated too, so that weights can change later.
  public var includesIdleBaths = false

  /// Creates a model.
  public init(
    hamiltonian: BlochHamiltonian,
    baths: [WeightedBath],
    coupling: Double,
    rateUnit: Double = 1
  ) {
    self.hamiltonian = hamiltonian
    self.baths = baths
    self.coupling = coupling
    self.rateUnit = rateUnit
  }

  /// W(k→q) = Σ_bath γ_bath W_bath(k→q) over the modes of `bands`.
  ///
  /// - Throws: `ModelError` if a bath does not fit the lattice.
  public func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    var sum = RateKernel()
    for (index, bath) in baths.enumerated() where isTabulated(bath) {
      var kernel = try bath.dissipator.kernel(on: bands)
      kernel.scale(by: bath.weight, slope: bath.slope, bath: index)
      sum.add(kernel)
    }
    return sum
  }

  /// The baths that the kernel has channels of, in their order.
  var tabulatedBaths: [WeightedBath] { baths.filter(isTabulated) }

  private func isTabulated(_ bath: WeightedBath) -> Bool { bath.weight > 0 || includesIdleBaths }
}
