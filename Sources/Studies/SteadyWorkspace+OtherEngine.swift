import Communication
import Dissipation
import Kinetics

/// The judgement of the engine that has not found a state.
extension SteadyWorkspace {
  /// The residual of the last state by that engine: by pair sums of the whole kernel, or by moments.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - setup: That of the tables.
  ///   - communicator: The ranks.
  /// - Returns: The residual, the same on all ranks.
  /// - Throws: `NumericalError.notSteady` where it is above the tolerance, which is that of the compression where the
  ///   kernel of the state was compressed; `ModelError`, `CommunicationError`.
  mutating func otherResidual(
    _ setup: StudySetup,
    over communicator: Group
  ) throws -> Double {
    let residual: Double
    if isSeparable {
      var other = try DirectForce(setup, partition, over: communicator)
      residual = try certify(lambda, with: &other, over: communicator).residual
    } else {
      var system = try TabulatedModel(setup, over: communicator)
      var other = try SeparableForce(
        kernel: system.takeKernel().separable,
        partition: partition,
        communicator: communicator
      )
      residual = try certify(lambda, with: &other, over: communicator).residual
    }
    let compressed = compression == nil ? 0 : setup.forces.compression ?? 0
    try require(residual, within: max(SteadyStudy.tolerance, compressed))
    return residual
  }
}
