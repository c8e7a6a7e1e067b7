import Communication
import Dissipation
import Kinetics
import Lattice

extension StudySetup {
  /// The same model on few momenta, whose moments per momentum are those of the whole lattice but for
  /// terms that vanish exponentially with its size.
  ///
  /// Moments are mean values over the Brillouin zone, and of smooth periodic functions such means converge
  /// like e^−κL, with κ set by the nearest complex pole of n(k). Whoever takes moments from the coarse
  /// lattice must verify them on the whole one: where bands or states have sharp features, they differ.
  ///
  /// Twists are kept; recorded modes are dropped. `nil` where the lattice has fewer than eight times as
  /// many momenta, where the initial state is not a function of the momentum, and where kernels are
  /// compressed, whose channels depend on the lattice.
  ///
  /// - Parameter momenta: The largest number of momenta.
  /// - Returns: The setup; extents above the root of that number are cut down to it.
  func coarse(momenta: Int = StudySetup.coarseMomenta) -> StudySetup? {
    if case .values = initial { return nil }
    guard forces.compression == nil else { return nil }
    var largest = 1
    while power(largest + 1, grid.dimension) <= momenta { largest += 1 }
    let extents = grid.extents.map { min($0, largest) }
    guard grid.count >= 8 * extents.reduce(1, *),
      let coarse = try? MomentumGrid(extents: extents, twists: grid.twists)
    else { return nil }
    var setup = self
    setup.grid = coarse
    setup.recordedModes = []
    return setup
  }

  /// Whether a steady state may be found without tables of all modes: moments suffice, the other engine need not
  /// judge, and the lattice is much larger than its coarse one.
  var needsNoTables: Bool {
    modes > SteadyStudy.verifiedModes && coarse() != nil && withIdleBaths.needsOnlyMoments
  }

  /// Momenta of the coarse lattice; where 1024 of a chain do not suffice, its bands have features at a scale of
  /// a hundredth of the Brillouin zone.
  static let coarseMomenta = 1024

  /// Momenta of a chain that suffice where bands and states are smooth at a scale of a tenth of the zone.
  static let fewestMomenta = 128

  /// The model on its momenta and in its initial state, as `NestedEvolution` takes it.
  ///
  /// Not collective.
  func tabulated() throws -> CoarseModel {
    let alone = SerialCommunicator()
    var system = try TabulatedModel(self, over: alone)
    let lambda = try initial.lambda(
      energies: system.tables.energies,
      partition: system.partition,
      over: alone
    )
    return CoarseModel(
      kernel: system.takeKernel().separable,
      lambda: Array(lambda.buffer),
      momenta: grid.count
    )
  }

  private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
