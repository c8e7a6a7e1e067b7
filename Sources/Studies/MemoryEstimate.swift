import Dissipation
import Lattice

/// The doubles that a study's tables take, for an estimate before anything is allocated.
struct MemoryEstimate {
  /// Velocity tables, one for each direction and orbital.
  let velocities: Double

  /// Channels of the separable part, after compression if there is one.
  let channels: Double

  /// Doubles for each mode of the whole lattice that every rank holds, or every host where its ranks share
  /// them: tables of the direct engine.
  let everywhere: Double

  private let sharesMemory: Bool

  private let momenta: Double
  private let bands: Double

  /// Looks at the kernel at one momentum, which has the channels of all.
  init(
    _ model: OpenLattice,
    on grid: MomentumGrid,
    options: ForceOptions,
    comparesEngines: Bool
  ) {
    bands = Double(model.hamiltonian.orbitals.count)
    momenta = Double(grid.count)
    velocities = Double(grid.dimension) * bands
    let probe = try? model.kernel(
      on: BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<1)
    )
    // Where the probe fails the run will, too, with a message of its own.
    let kernel = probe ?? RateKernel()
    let modulated = kernel.modulated.reduce(0) { $0 + $1.channels.channels.count }
    let compresses = options.compression != nil && modulated > 0 && options.choice != .direct
    // Compressed kernels seldom have more functions.
    channels = Double(kernel.separable.channels.count + (compresses ? 128 : modulated))
    let isDirect = options.choice == .direct || modulated > 0 && !compresses
    let own = Double(kernel.separable.channels.count + modulated)
    // The tables of the sources, λ, n and h, and at most two tables of a modulation.
    everywhere = isDirect || comparesEngines ? 2 * own + (modulated > 0 ? 5 : 3) : 0
    sharesMemory = options.sharesMemory
  }

  /// Bytes of each host whose ranks share the tables of the direct engine.
  var sharedBytes: Double { sharesMemory ? 8 * momenta * bands * everywhere : 0 }

  /// Bytes of each rank that owns its share of the modes with `owned` doubles for each.
  func bytes(owned: Double, ranks: Int) -> Double {
    let share = (momenta / Double(ranks)).rounded(.up) * bands
    // The sinks of the direct engine, gain and loss with their lanes, and its own λ.
    let sinks = everywhere > 0 ? everywhere + 19 : 0
    return 8 * (share * (owned + sinks) + momenta * bands * (sharesMemory ? 0 : everywhere))
  }
}
