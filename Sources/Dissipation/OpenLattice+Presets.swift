import Lattice

extension OpenLattice {
  /// The chain of the paper's Figure 2 between a thermal and a Raman bath, which benchmarks run.
  ///
  /// Its kernel has rank R = 1 for the drives 0 and 1, else 2.
  ///
  /// - Parameter drive: γ_neq in 0 … 1; the thermal bath, β = 2, has 1 − drive.
  /// - Returns: J = 1, δ = 1 + i, δ′ = 1 + i/2, ε = 0.05.
  /// - Throws: Never, since the hopping is finite.
  public static func ramanChain(drive: Double) throws(ModelError) -> OpenLattice {
    let raman = JumpOperator.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))
    return OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1 - drive, slope: -1),
        WeightedBath(JumpBath(operators: [raman]), weight: drive, slope: 1),
      ],
      coupling: 0.05
    )
  }
}
