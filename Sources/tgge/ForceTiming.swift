import Communication
import Dissipation
import Kinetics
import Studies
import VectorMath

/// The time of one evaluation of the separable forces, next to which other work is judged.
enum ForceTiming {
  /// Measures; tabulates the model anew.
  ///
  /// Collective.
  ///
  /// - Returns: The mean of many in seconds; `nil` where the kernel is not separable.
  static func seconds(
    _ setup: StudySetup,
    on communicator: some Communicator
  ) throws -> Double? {
    let partition = setup.partition(over: communicator)
    var tables = try communicator.agree {
      try ModeTables(of: setup.model, on: setup.grid, momenta: partition.ownedMomenta)
    }
    let kernel = tables.takeKernel()
    guard kernel.isSeparable else { return nil }
    var engine = try SeparableForce(
      kernel: kernel.separable,
      partition: partition,
      communicator: communicator
    )
    let lambda = randomState(partition)
    let derivative = AlignedVector(count: partition.owned.count)
    let count = 500
    let time = try tgge.seconds(on: communicator) {
      for _ in 0..<count {
        try engine.derivative(at: lambda, scale: 1, into: derivative.pointer)
      }
    }
    return time / Double(count)
  }
}
