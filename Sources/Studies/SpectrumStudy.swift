import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// The relaxation rates at the steady state of a model.
public struct SpectrumStudy: Sendable {
  /// The model, whose steady state has the filling of the initial state.
  public var setup: StudySetup

  /// Which rates are wanted.
  public var extent: Extent

  /// Which rates are wanted.
  public enum Extent: Sendable, Equatable {
    /// So many of the slowest.
    case slowest(Int)

    /// All of them, for at most `RelaxationSpectrum.mostModes` modes.
    case all
  }

  /// Creates a study.
  public init(_ setup: StudySetup, extent: Extent = .slowest(6)) {
    self.setup = setup
    self.extent = extent
  }

  /// The memory that each rank needs at most, in bytes, from the size of the tables alone.
  ///
  /// - Parameter ranks: The number of ranks.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func estimatedBytes(ranks: Int) -> Double {
    let steadyBytes = steady.estimatedBytes(ranks: ranks, keepsLambda: true)
    let hasMoments = setup.forces.compression != nil || setup.isSeparable
    if extent == .all || setup.forces.choice == .direct || !hasMoments {
      // The matrix, its eigenvectors and their images, and copies in LAPACK's order; more modes are refused.
      let modes = Double(min(setup.modes, RelaxationSpectrum.mostModes))
      return steadyBytes + 48 * modes * modes
    }
    // The kernel and its scaled copy, U and V, rates and their order, a state.
    let estimate = setup.memory(comparesEngines: false)
    let owned = estimate.velocities + 8 * estimate.channels + 12
    return max(steadyBytes, estimate.bytes(owned: owned, ranks: ranks))
  }

  private var steady: SteadyStudy { SteadyStudy(setup) }

  /// Modes whose whole spectrum takes no time that one would notice.
  private static let fewModes = 512

  /// Finds the steady state and its relaxation rates.
  ///
  /// Collective.
  ///
  /// The slowest rates of a separable kernel come from its secular function. Those of other kernels, and of
  /// the direct engine, come from the whole Jacobian, like all rates.
  ///
  /// - Parameter communicator: The ranks.
  /// - Returns: The rates, the same on every rank.
  /// - Throws: `ModelError` if the model does not fit or is too large, `NumericalError` if no steady state
  ///   or no spectrum was found, alike on all ranks; `CommunicationError`.
  public func run(over communicator: some Communicator) throws -> SpectrumResult {
    let system = try TabulatedModel(setup, over: communicator)
    let isWhole = extent == .all || system.engine == .direct
    if isWhole { try requireFew() }
    let lambda = AlignedVector(count: system.partition.owned.count)
    let state = try steady.run(over: communicator) { final, _ in
      lambda.copy(from: final)
    }

    func all(_ count: Int = .max) throws -> RelaxationSpectrum {
      try RelaxationSpectrum.all(
        slowest: count,
        of: { try setup.model.kernel(on: setup.grid) },
        at: lambda,
        partition: system.partition,
        over: communicator
      )
    }
    let spectrum: RelaxationSpectrum
    switch extent {
    case .slowest(let count) where !isWhole:
      do {
        spectrum = try .slowest(
          count,
          of: system.kernel.separable,
          at: lambda,
          partition: system.partition,
          over: communicator
        )
      } catch NumericalError.spectrum where setup.modes <= SpectrumStudy.fewModes {
        // Moments of cold states cancel, where elements of the Jacobian do not. All ranks have caught it.
        spectrum = try all(count)
      }
    case .slowest(let count):
      spectrum = try all(count)
    case .all:
      spectrum = try all()
    }
    return SpectrumResult(
      steady: state,
      spectrum: spectrum,
      unit: setup.model.coupling * setup.model.rateUnit,
      isComplete: isWhole
    )
  }

  private func requireFew() throws(ModelError) {
    let most = RelaxationSpectrum.mostModes
    guard setup.modes > most else { return }
    let way =
      extent == .all
      ? "--count finds the slowest of any number of modes"
      : "a separable kernel (--forces separable; forces: {compression: 1e-12} for an ohmic bath) has no "
        + "such limit"
    throw ModelError(
      "the whole spectrum of \(setup.modes) modes is asked for, \(most) are allowed; \(way)",
      about: .lattice
    )
  }
}
