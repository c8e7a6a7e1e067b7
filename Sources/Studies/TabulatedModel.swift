import Communication
import Dissipation
import Kinetics
import Lattice

/// A model as the numerics take it: tables of the modes that this rank owns, and a kernel.
struct TabulatedModel {
  /// Who owns which modes.
  let partition: Partition

  /// Energies and velocities of the owned modes.
  let tables: ModeTables

  /// The kernel over the owned modes, with what compression made of it; empty once it was taken out.
  private(set) var kernel: RateKernel

  /// The engine that the kernel and the user ask for.
  let engine: ForceChoice.Engine

  /// What compression found, if it was asked for and needed.
  let compression: CompressionReport?

  /// Tabulates a model.
  ///
  /// Collective.
  ///
  /// - Throws: `ModelError` or `RemoteFailure` if the model does not fit.
  init(_ setup: StudySetup, over communicator: some Communicator) throws {
    let (model, grid, options) = (setup.model, setup.grid, setup.forces)
    let partition = setup.partition(over: communicator)
    var tables = try communicator.agree {
      let tables = try ModeTables(of: model, on: grid, momenta: partition.ownedMomenta)
      try tables.requireFinite()
      return tables
    }
    var kernel = tables.takeKernel()
    var report: CompressionReport?
    // Correlated dephasing has no form that can be compressed.
    let isOhmic = kernel.modulated.contains {
      if case .ohmic = $0.modulation { true } else { false }
    }
    if let tolerance = options.compression, options.choice != .direct, isOhmic {
      let sample = try communicator.agree { try model.sampledKernel(on: grid, bands: tables.bands) }
      report = try KernelCompression(tolerance: tolerance).compress(
        &kernel,
        sample: sample,
        interval: TabulatedModel.scaledEnergies(of: kernel, over: communicator),
        modes: partition.modes
      )
    }
    engine = try options.choice.engine(for: kernel, compression: report)
    self.partition = partition
    self.tables = tables
    self.kernel = kernel
    compression = report
  }

  /// Takes the kernel out, so that its tables are freed with it.
  mutating func takeKernel() -> RateKernel {
    defer { kernel = RateKernel() }
    return kernel
  }

  /// The interval of y = βε over all modes of all ranks.
  ///
  /// Collective.
  private static func scaledEnergies(
    of kernel: RateKernel,
    over communicator: some Communicator
  ) throws(CommunicationError) -> ClosedRange<Double> {
    var upper = -Double.greatestFiniteMagnitude
    var negativeLower = -Double.greatestFiniteMagnitude
    for case .ohmic(let energies) in kernel.modulated.map(\.modulation) {
      upper = max(upper, energies.max() ?? upper)
      negativeLower = max(negativeLower, -(energies.min() ?? -negativeLower))
    }
    upper = try communicator.maximum(upper)
    negativeLower = try communicator.maximum(negativeLower)
    return min(-negativeLower, upper)...upper
  }
}

extension ModeTables {
  /// Refuses what the deck's numbers, each of them finite, have made infinite together.
  ///
  /// - Throws: `ModelError` if a rate exceeds double precision.
  fileprivate func requireFinite() throws(ModelError) {
    let channels = kernel.separable.channels + kernel.modulated.flatMap(\.channels.channels)
    for channel in channels {
      guard channel.coupling.isFinite, channel.source.allSatisfy(\.isFinite),
        channel.sink.allSatisfy(\.isFinite)
      else {
        throw ModelError("rates of a bath exceed double precision; use smaller amplitudes, rates")
      }
    }
  }
}

extension OpenLattice {
  /// The kernel over all modes of a grid.
  func kernel(on grid: MomentumGrid) throws(ModelError) -> RateKernel {
    var tables = try ModeTables(of: self, on: grid, momenta: 0..<grid.count)
    return tables.takeKernel()
  }

  /// The kernel over every so many momenta, about 512 modes in all.
  func sampledKernel(on grid: MomentumGrid, bands: Int) throws(ModelError) -> RateKernel {
    let step = max(1, grid.count * bands / 512)
    var sample: ModeTables?
    for momentum in stride(from: 0, to: grid.count, by: step) {
      let next = try ModeTables(of: self, on: grid, momenta: momentum..<momentum + 1)
      if sample == nil { sample = next } else { sample?.append(next) }
    }
    return sample?.takeKernel() ?? RateKernel()
  }
}
