import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import Studies
import Testing

/// Large lattices and their steady states, for tests of what begins with a coarse one.
enum LargeLattice {
  /// A chain whose every 97th mode is recorded.
  static func setup(
    _ model: OpenLattice,
    momenta: Int = 24_576,
    initial: InitialState = .uniform(filling: 0.5)
  ) throws -> StudySetup {
    StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [momenta]),
      initial: initial,
      recordedModes: Array(stride(from: 0, to: momenta * model.hamiltonian.orbitals.count, by: 97))
    )
  }

  /// The state from tables that are kept, without a coarse lattice and without other points.
  static func alone(_ setup: StudySetup) throws -> SteadyResult {
    var branch = SteadyBranch(verifiedModes: 0, over: SerialCommunicator())
    branch.startsCoarse = false
    return try branch.solve(setup)
  }

  /// Compares two results to rounding.
  ///
  /// Both have moments within some 10⁻¹⁵, and λ = ln(out/in) at most some 20: a few units of rounding of it. Slopes
  /// that are found while Newton's method goes on are taken within 10⁻⁹ of the root.
  static func expectSame(
    _ one: SteadyResult,
    _ other: SteadyResult,
    residual: Double = 1e-14,
    fillingError: Double = 1e-15
  ) {
    #expect(one.lambda.count == other.lambda.count && !one.lambda.isEmpty)
    for (a, b) in zip(one.lambda, other.lambda) { #expect(abs(a - b) < 1e-14 * (1 + abs(b))) }
    for (a, b) in zip(one.observables.orbitalCurrents, other.observables.orbitalCurrents) {
      #expect(abs(a - b) < 1e-14)
    }
    #expect(one.certificate.residual < residual && one.fillingError < fillingError)
    #expect(one.certificate.idleModes == other.certificate.idleModes)
    for (a, b) in [(one.driveSlope, other.driveSlope), (one.fillingSlope, other.fillingSlope)] {
      #expect((a == nil) == (b == nil))
      for (a, b) in zip(a ?? [], b ?? []) { #expect(abs(a - b) < 1e-9) }
    }
  }
}

extension Chain {
  /// Hoppings so far that 1024 momenta do not resolve the band: cos(512 k) is 1 or −1 on them.
  static func farHopping(drive: Double) throws -> OpenLattice {
    var model = try Chain.tightBinding(beta: 2, drive: drive)
    model.hamiltonian = try BlochHamiltonian(
      dimension: 1,
      orbitals: ["s"],
      hoppings: [1, 512].map { Hopping(from: 0, to: 0, by: [$0], amplitude: Complex(-0.5)) }
    )
    return model
  }
}

/// A bath as users write them.
struct PlainBath: Dissipator {
  let base: any Dissipator

  func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    try base.kernel(on: bands)
  }
}
