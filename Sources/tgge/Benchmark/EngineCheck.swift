import Communication
import Dissipation
import Kinetics
import Lattice

/// What a rating is conditional on: both engines give the same forces here and now, on these ranks.
enum EngineCheck {
  /// The deviation of single gains and losses that is allowed, of which rounding needs a thousandth.
  static let tolerance = 1e-12

  /// Compares both engines in a state without any order.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - modes: M; at most 4096 are compared, since the pairs must be affordable.
  ///   - drive: The drive of the chain.
  ///   - communicator: The ranks.
  /// - Returns: Whether all gains and losses agree.
  /// - Throws: `CommunicationError` if a collective fails.
  static func passes(
    modes: Int,
    drive: Double,
    on communicator: some Communicator
  ) throws -> Bool {
    let modes = min(modes, 4096)
    let grid = try MomentumGrid(extents: [modes])
    let model = try OpenLattice.ramanChain(drive: drive)
    let partition = Partition.ofMoments(momenta: modes, bands: 1, over: communicator)
    var owned = try ModeTables(of: model, on: grid, momenta: partition.ownedMomenta)
    var all = try ModeTables(of: model, on: grid, momenta: 0..<modes)
    var separable = try SeparableForce(
      kernel: owned.takeKernel().separable,
      partition: partition,
      communicator: communicator
    )
    var direct = DirectForce(
      kernel: all.takeKernel(),
      partition: partition,
      communicator: communicator
    )
    let lambda = randomState(partition)
    let found = try deviation(of: &separable, from: &direct, at: lambda, over: communicator)
    return found.componentwise <= tolerance
  }
}

/// A rating for people; a line instead where the checks failed.
func rating(_ text: @autoclosure () -> String, if verified: Bool) -> String {
  verified ? text() : "not rated: the engines disagree"
}
