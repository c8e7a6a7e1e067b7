import Communication
import Dissipation
import Kinetics
import Lattice

extension DirectForce {
  /// The engine for the model of a study.
  ///
  /// Collective.
  ///
  /// - Throws: `ModelError` or `RemoteFailure` if the model does not fit, `SharedMemoryError` if a host has too
  ///   little memory to share, alike on all ranks; `CommunicationError`.
  init(_ setup: StudySetup, _ partition: Partition, over communicator: Group) throws {
    try self.init(partition: partition, communicator: communicator) { momenta in
      var tables = try ModeTables(of: setup.model, on: setup.grid, momenta: momenta)
      return tables.takeKernel()
    }
  }
}
