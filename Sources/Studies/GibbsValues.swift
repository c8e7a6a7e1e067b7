import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

extension StudySetup {
  /// λ = β(ε − μ) of the recorded modes in the Gibbs state of a filling: where the thermal bath alone
  /// would drive them.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - inverseTemperature: β, in inverse units of energy.
  ///   - filling: The mean occupation, which fixes μ.
  ///   - communicator: The ranks.
  /// - Returns: λ of the recorded modes, in their order, the same on every rank.
  /// - Throws: `ModelError` if the lattice does not fit; `CommunicationError`.
  /// - Complexity: O(M/P) work, one table of energies, about six small Allreduces.
  public func gibbsLambda(
    inverseTemperature: Double,
    filling: Double,
    over communicator: some Communicator
  ) throws -> [Double] {
    guard !recordedModes.isEmpty else { return [] }
    let partition = partition(over: communicator)
    let energies = AlignedVector(count: partition.owned.count)
    try communicator.agree {
      let momenta = partition.ownedMomenta
      // Eigenvectors live only as long as a block of momenta is worked on.
      for start in stride(from: momenta.lowerBound, to: momenta.upperBound, by: ModeTables.block) {
        let block = start..<min(start + ModeTables.block, momenta.upperBound)
        let values = try BandStructure(of: model.hamiltonian, on: grid, momenta: block).energies
        let place = (start - momenta.lowerBound) * bands
        for (index, value) in values.enumerated() { energies[place + index] = value }
      }
    }
    let state = InitialState.thermal(inverseTemperature: inverseTemperature, filling: filling)
    let lambda = try state.lambda(
      replacing: energies,
      partition: partition,
      over: communicator
    )
    return try recordedModes.map { mode in
      try value(of: mode, in: lambda, partition: partition, over: communicator)
    }
  }
}
