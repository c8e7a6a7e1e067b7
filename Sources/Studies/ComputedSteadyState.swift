import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// The steady state of a large lattice from that of a coarse one, without tables of all modes.
///
/// The coarse lattice has the moments of the large one but for terms that vanish exponentially with its size. One
/// pass over the large lattice computes its tables block by block, writes λ, and proves that it is steady: the
/// moments of λ itself must be those assumed. Then the responses are those of the coarse lattice, too: they are mean
/// values of functions with the same poles, and differ by terms of the same order. Where the moments are not those
/// assumed, Newton's method goes on with the moments and the responses of the large lattice.
struct ComputedSteadyState: ~Copyable {
  let result: SteadyResult
  let lambda: AlignedVector
  let partition: Partition

  /// The residual up to which coarse moments have the responses, too: derivatives may be wrong by a thousand times
  /// as much, and slopes claim ten digits.
  private static let precision = 1e-13

  /// Passes of Newton's method before the tables are better kept.
  private static let passes = 6

  /// Finds the state; `nil`, on all ranks, where the lattice is too small, modes have no rate, factors have both
  /// signs, or the coarse lattice is of no help.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - setup: The model.
  ///   - responses: Whether responses are wanted.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  init?(_ setup: StudySetup, responses: Bool, over communicator: some Communicator) throws {
    var setup = setup
    setup.model.includesIdleBaths = true
    guard ComputedSteadyState.suits(setup), let coarse = setup.coarse(),
      let start = try CoarseRoot.find(coarse, responses: responses, over: communicator)
    else { return nil }
    let bands = setup.bands
    let partition = Partition(momenta: setup.grid.count, bands: bands, over: communicator)
    var solver = SteadySolver(
      computing: try ComputedTables(
        of: setup.model,
        on: setup.grid,
        momenta: partition.ownedMomenta,
        velocityUnits: start.velocityUnits
      ),
      near: start.root,
      filling: start.filling,
      partition: partition,
      over: communicator
    )
    let lambda = AlignedVector(count: partition.owned.count)
    var passes = 1
    var slopes = start.slopes
    var state = try solver.settle(into: lambda)
    if state.certificate.residual > SteadyStudy.tolerance, solver.isWithinRange {
      passes += try solver.iterate(responses: false, limit: ComputedSteadyState.passes).passes + 1
      state = try solver.settle(into: lambda, responses: responses)
      slopes = nil
    } else if responses, state.certificate.residual > ComputedSteadyState.precision {
      passes += 1
      state = try solver.settle(into: lambda, responses: true)
      slopes = nil
    }
    let fillingError = abs(state.number / Double(partition.modes) - start.filling)
    guard state.certificate.residual <= SteadyStudy.tolerance, state.certificate.idleModes == 0,
      fillingError <= SteadyStudy.tolerance
    else { return nil }

    let velocities = ScaledVelocities(scales: start.velocityUnits)
    var result = SteadyResult(
      engine: "separable",
      iterations: passes,
      certificate: state.certificate
    )
    result.fillingError = fillingError
    result.observables = velocities.observables(
      state.velocities,
      number: state.number,
      bands: bands,
      momenta: partition.momenta
    )
    result.digest = state.digest
    if responses, let slopes {
      (result.driveSlope, result.fillingSlope) = (slopes.drive, slopes.filling)
    } else if responses {
      let found = solver.responses
      let currents = { velocities.currents($0, bands: bands, momenta: partition.momenta) }
      result.driveSlope = found.drive.map(currents)
      result.fillingSlope = found.filling.map(currents)
    }
    result.lambda = try setup.recordedModes.map { mode in
      try value(of: mode, in: lambda, partition: partition, over: communicator)
    }
    self.result = result
    self.lambda = lambda
    self.partition = partition
  }

  /// Whether moments suffice, of a state that the other engine need not judge, on a lattice much larger than a
  /// coarse one.
  static func suits(_ setup: StudySetup) -> Bool {
    setup.modes > SteadyStudy.verifiedModes && setup.coarse() != nil && setup.needsOnlyMoments
  }
}

/// What a coarse lattice knows of the steady state of a large one.
private struct CoarseRoot {
  var root: MomentRoot
  var filling: Double
  /// Powers of two that no velocity reaches.
  var velocityUnits: [Double]
  /// dI/d(drive) and dI/d(filling), if they were asked for and there are any.
  var slopes: (drive: [Double]?, filling: [Double]?)?

  /// Finds the state of a coarse lattice.
  ///
  /// Collective: the first rank computes.
  ///
  /// - Returns: The same on all ranks; `nil` where there is none.
  static func find(
    _ setup: StudySetup,
    responses: Bool,
    over communicator: some Communicator
  ) throws -> CoarseRoot? {
    var words = StateWords()
    if communicator.rank == 0 {
      // What fails here will be looked for, or fail, on the whole lattice.
      var branch = SteadyBranch(responses: responses, verifiedModes: 0, over: SerialCommunicator())
      if let result = try? branch.solve(setup) {
        branch.appendRoot(to: &words, with: result)
      }
    }
    words = try communicator.broadcast(words)
    guard !words.words.isEmpty else { return nil }
    let root = try MomentRoot(&words)
    let filling = try words.takeDouble()
    return CoarseRoot(
      root: root,
      filling: filling,
      velocityUnits: try words.takeDoubles() ?? [],
      slopes: (try words.takeDoubles(), try words.takeDoubles())
    )
  }
}

extension SteadyBranch {
  /// Appends what `CoarseRoot` takes out; nothing where there is no root.
  fileprivate func appendRoot(to words: inout StateWords, with result: SteadyResult) {
    guard workspace.value.isSeparable, let root = workspace.value.solver.value.root else { return }
    root.append(to: &words)
    words.append(workspace.value.filling)
    // Twice the scales: the large lattice has velocities that the coarse one does not have.
    words.append(workspace.value.velocities.scales.map { 2 * $0 })
    words.append(result.driveSlope)
    words.append(result.fillingSlope)
  }
}
