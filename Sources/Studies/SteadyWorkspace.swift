import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import VectorMath

/// Where the search for a steady state begins.
enum SteadyStart {
  /// At the initial state.
  case initial

  /// At λ as it stands.
  case state

  /// At the solver's own last moments, or at those given.
  case near([Double]?)
}

extension StudySetup {
  /// Whether tables for a steady state are written once, to where they stay.
  var ownsTables: Bool { modes > SteadyStudy.verifiedModes && needsOnlyMoments }
}

/// The tables of a setup, and the memory to find its steady state in.
struct SteadyWorkspace<Group: Communicator>: ~Copyable {
  let partition: Partition

  /// λ of the owned modes, the last state found.
  let lambda: AlignedVector

  /// λ of the initial state.
  let start: AlignedVector

  /// The filling of the initial state, as it was summed.
  private(set) var filling: Double

  private let energies: AlignedVector
  let compression: CompressionReport?
  private var observables: Observables
  let velocities: VelocityScales
  /// Gain and loss at the last state.
  var gain: AlignedVector
  var loss: AlignedVector
  /// Whether some mode of some rank has no rate; only then gain and loss are known for certain.
  var hasIdleModes = false

  /// One of the two, as the engine is.
  var solver: Slot<SteadySolver<Group>>
  var direct: Slot<DirectForce<Group>>

  /// Tabulates a setup; its initial state is yet to be set.
  ///
  /// Collective. The tables of large lattices are written once, to where they stay.
  ///
  /// - Throws: `ModelError` or `RemoteFailure` if the model does not fit.
  init(_ setup: StudySetup, over communicator: Group) throws {
    let partition = setup.partition(over: communicator)
    if setup.ownsTables,
      let tables = try OwnedTables(
        of: setup.model,
        on: setup.grid,
        partition: partition,
        over: communicator
      )
    {
      self = try tables.taken { kernel, velocities, energies in
        try SteadyWorkspace(
          kernel,
          velocities,
          energies,
          nil,
          setup,
          partition,
          over: communicator
        )
      }
      return
    }
    var system = try TabulatedModel(setup, over: communicator)
    let isDirect = system.engine == .direct
    try self.init(
      isDirect
        ? nil
        : ScaledKernel(
          system.takeKernel().separable,
          modes: partition.owned.count,
          over: communicator
        ),
      VelocityTables(system.tables.velocities, modes: partition.owned.count),
      AlignedVector(system.tables.energies),
      system.compression,
      setup,
      partition,
      over: communicator
    )
  }

  /// Takes tables over; without a kernel of low rank the sums are over all pairs.
  ///
  /// Collective.
  ///
  /// - Throws: `ModelError` if the model does not fit, alike on all ranks; `CommunicationError`.
  private init(
    _ kernel: consuming ScaledKernel?,
    _ velocities: consuming VelocityTables,
    _ energies: consuming AlignedVector,
    _ compression: CompressionReport?,
    _ setup: StudySetup,
    _ partition: Partition,
    over communicator: Group
  ) throws {
    let scales = try VelocityScales(of: velocities, over: communicator)
    var solver = Slot<SteadySolver<Group>>()
    var direct = Slot<DirectForce<Group>>()
    switch consume kernel {
    case .some(let kernel):
      solver.fill(
        SteadySolver(
          kernel: kernel,
          velocities: velocities,
          velocityUnits: scales.scales,
          partition: partition,
          over: communicator
        )
      )
    case .none:
      direct.fill(try DirectForce(setup, partition, over: communicator))
    }
    let observables = try Observables(velocities, partition: partition, over: communicator)
    let count = partition.owned.count
    // Of moments gain and loss are wanted only where modes have no rates.
    let rates = solver.isFull ? 0 : count
    self.partition = partition
    self.energies = energies
    self.compression = compression
    self.velocities = scales
    self.solver = solver
    self.direct = direct
    self.observables = observables
    lambda = AlignedVector(count: count)
    start = AlignedVector(count: count)
    gain = AlignedVector(count: rates)
    loss = AlignedVector(count: rates)
    filling = 0.5
  }

  /// Whether the kernel is solved in its moments.
  var isSeparable: Bool { solver.isFull }

  /// Whether the states of other lattices can be taken over.
  var takesRoots: Bool { isSeparable && solver.value.takesRoots }

  /// Sets the initial state.
  ///
  /// Collective.
  mutating func setInitial(_ initial: InitialState, over communicator: Group) throws {
    if isSeparable, let common = initial.filling, let lambda = initial.commonLambda {
      start.buffer.update(repeating: lambda)
      filling = common
      return solver.value.impose(filling: filling, idle: lambda)
    }
    let copy = AlignedVector(count: energies.count)
    copy.copy(from: energies)
    let state = try initial.lambda(
      replacing: copy,
      partition: partition,
      over: communicator
    )
    start.copy(from: state)
    // One that is given is known to all digits.
    filling =
      try initial.filling ?? observables.evaluate(at: start, over: communicator).filling
    if isSeparable { solver.value.impose(filling: filling, idle: start) }
  }

  /// Gives the baths other weights.
  ///
  /// Collective.
  mutating func setWeights(_ setup: StudySetup, over communicator: Group) throws {
    if isSeparable {
      solver.value.setWeights(setup.model.baths.map { ($0.weight, $0.slope) })
    } else {
      direct.fill(try DirectForce(setup, partition, over: communicator))
    }
  }

  /// The last state for the extrapolation of the next.
  func point(at parameter: Double) -> SteadyPredictor.Point? {
    guard isSeparable else { return nil }
    return SteadyPredictor.Point(
      parameter: parameter,
      variables: solver.value.variables,
      drive: solver.value.tangents.drive,
      filling: solver.value.tangents.filling
    )
  }

  /// Finds the steady state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - setup: That of the tables.
  ///   - begin: Where to begin.
  ///   - responses: Whether responses are wanted.
  ///   - verifies: Whether the other engine judges the state, too.
  ///   - communicator: The ranks.
  /// - Returns: The state, the same on all ranks.
  /// - Throws: `NumericalError` if none was found, alike on all ranks; `CommunicationError`.
  mutating func solve(
    _ setup: StudySetup,
    from begin: SteadyStart,
    responses: Bool,
    verifies: Bool,
    over communicator: Group
  ) throws -> SteadyResult {
    if setup.forces.verify, !isSeparable, !setup.isSeparable { throw ModelError.hasOneEngine }
    var result =
      isSeparable
      ? try solveMoments(setup, from: begin, responses)
      : try solveFixedPoint(from: begin, over: communicator)
    result.compression = compression
    if !isSeparable {
      result.observables = try observables.evaluate(at: lambda, over: communicator)
      result.digest = try digest(of: lambda, partition: partition, over: communicator)
    }
    try complete(&result, setup, over: communicator)
    if setup.forces.verify || verifies && isSeparable && compression == nil {
      result.otherResidual = try otherResidual(setup, over: communicator)
    }
    return result
  }

  /// Takes the state of a coarse lattice over.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - coarse: The state of the coarse lattice, at the filling of this one.
  ///   - tolerance: The largest deviation of the moments.
  ///   - setup: That of the tables.
  ///   - communicator: The ranks.
  /// - Returns: The state, the same on all ranks; `nil`, on all ranks, where it is not that of the coarse lattice.
  /// - Throws: `CommunicationError`.
  mutating func settle(
    at coarse: CoarseState,
    within tolerance: Double,
    _ setup: StudySetup,
    over communicator: Group
  ) throws -> SteadyResult? {
    guard var result = try settleMoments(at: coarse, within: tolerance) else { return nil }
    try complete(&result, setup, over: communicator)
    return result
  }

  /// Adds the error of the filling and λ of the recorded modes.
  ///
  /// Collective.
  private func complete(
    _ result: inout SteadyResult,
    _ setup: StudySetup,
    over communicator: Group
  ) throws {
    result.fillingError = abs(result.observables.filling - filling)
    try require(result.fillingError)
    result.lambda = try setup.recordedModes.map { mode in
      try value(of: mode, in: lambda, partition: partition, over: communicator)
    }
  }
}
