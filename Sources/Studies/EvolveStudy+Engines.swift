import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// What a study evolves with.
extension EvolveStudy {
  /// The coarse lattices of nested steps, the smallest first; none where another method is wanted, or where
  /// there are none and that is left to us.
  ///
  /// Not collective.
  ///
  /// - Throws: `ModelError` where nested steps are wanted and there is no coarse lattice.
  func coarseModels() throws -> [CoarseModel] {
    guard !endsSteady, method == .auto || method == .nested else { return [] }
    guard let coarse = setup.coarse() else {
      if method == .auto { return [] }
      throw ModelError(
        "time.method: nested needs eight times as many momenta as its coarse lattice "
          + "(\(StudySetup.coarseMomenta) at most), an initial state from the deck and a kernel that is not "
          + "compressed; use auto"
      )
    }
    // In one dimension a few momenta suffice where nothing is sharp; in two they are few enough.
    let small = setup.grid.dimension == 1 ? setup.coarse(momenta: StudySetup.fewestMomenta) : nil
    return try [small, coarse].compactMap { try $0?.tabulated() }
  }

  /// εJ.
  var rate: Double { setup.model.coupling * setup.model.rateUnit }

  /// Tables that are written once; `nil`, on all ranks, where others are needed or will say what is wrong.
  ///
  /// Collective.
  func ownedTables(
    _ partition: Partition,
    over communicator: some Communicator
  ) throws(CommunicationError) -> OwnedTables? {
    guard setup.needsOnlyMoments else { return nil }
    return try OwnedTables(
      of: setup.model,
      on: setup.grid,
      partition: partition,
      over: communicator
    )
  }

  /// Integrates with moments.
  ///
  /// Collective.
  func integrateMoments(
    _ kernel: consuming ScaledKernel,
    from start: consuming AlignedVector,
    _ observables: consuming Observables,
    _ partition: Partition,
    over communicator: some Communicator,
    _ observer: inout some EvolveObserver & ~Copyable,
    _ keeper: inout some StateKeeper & ~Copyable
  ) throws -> EvolveResult {
    if endsSteady, method == .explicit || method == .nested {
      throw ModelError("time.end: steady takes implicit steps; use time.method: auto or implicit")
    }
    let evolution = try SeparableEvolution(
      kernel: kernel,
      coarse: communicator.agree { try coarseModels() },
      rate: rate,
      from: start,
      control: control,
      method: endsSteady ? .implicit : method,
      until: end,
      partition: partition,
      over: communicator
    )
    return try integrate(
      evolution,
      "separable",
      observables,
      partition,
      over: communicator,
      &observer,
      &keeper
    ) {
      try $0.advance(untilResidual: SteadyStudy.tolerance, report: $1)
    }
  }

  /// Compares both engines in the initial and in a random state.
  ///
  /// Collective.
  func verify(
    _ system: TabulatedModel,
    over communicator: some Communicator,
    _ observer: inout some EvolveObserver & ~Copyable
  ) throws {
    guard system.kernel.isSeparable else { throw ModelError.hasOneEngine }
    let kernel = system.kernel.separable
    var separable = try SeparableForce(
      kernel: kernel,
      partition: system.partition,
      communicator: communicator
    )
    var direct = try DirectForce(setup, system.partition, over: communicator)
    // Factors of any sign cancel in single components; then the norm is what must agree.
    let negative = try communicator.maximum(kernel.isNonnegative ? 0 : 1 as Int64) > 0
    let start = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: system.partition,
      over: communicator
    )
    let deviations = [
      try deviation(of: &separable, from: &direct, at: start, over: communicator),
      try deviation(
        of: &separable,
        from: &direct,
        at: randomState(system.partition),
        over: communicator
      ),
    ]
    let compressed = system.compression != nil
    let largest = deviations.map { negative && !compressed ? $0.normwise : $0.componentwise }.max()
    let tolerance = compressed ? max(1e-12, setup.forces.compression ?? 0) : 1e-12
    guard let largest, largest <= tolerance else {
      throw NumericalError.enginesDisagree(deviation: largest ?? .infinity, tolerance: tolerance)
    }
    observer.didVerify(deviation: largest)
  }
}
