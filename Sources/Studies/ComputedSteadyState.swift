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

  /// λ of the owned modes; no elements where it was not to be kept.
  let lambda: AlignedVector
  let partition: Partition

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
  ///   - keepsLambda: Whether λ is to be kept.
  ///   - communicator: The ranks.
  /// - Throws: `ModelError` if the model does not fit the grid, alike on all ranks; `CommunicationError` if a collective
  ///   fails.
  init?(
    _ setup: StudySetup,
    responses: Bool,
    keepsLambda: Bool,
    over communicator: some Communicator
  ) throws {
    var setup = setup
    setup.model.includesIdleBaths = true
    guard ComputedSteadyState.suits(setup), let coarse = setup.coarse() else { return nil }
    var branch = CoarseBranch()
    let found = try branch.solve(coarse, at: nil, responses: responses, over: communicator)
    guard let start = found else { return nil }
    // Twice the scales: the large lattice has velocities that the coarse one does not have.
    let velocityUnits = start.velocityScales.map { 2 * $0 }
    let bands = setup.bands
    let partition = setup.partition(over: communicator)
    var solver = SteadySolver(
      computing: try ComputedTables(
        of: setup.model,
        on: setup.grid,
        momenta: partition.ownedMomenta,
        velocityUnits: velocityUnits
      ),
      near: start.root,
      filling: start.filling,
      partition: partition,
      over: communicator
    )
    let lambda = AlignedVector(count: keepsLambda ? partition.owned.count : 0)
    let recorded = setup.recordedModes
    var passes = 1
    var state = try solver.settle(into: lambda, recording: recorded)
    let isCoarse = state.certificate.residual <= CoarseState.tolerance
    let isSteady = state.certificate.residual <= SteadyStudy.tolerance
    if !isSteady, solver.isWithinRange {
      passes += try solver.iterate(responses: false, limit: ComputedSteadyState.passes).passes
    }
    if solver.isWithinRange, !isSteady || responses && !isCoarse {
      passes += 1
      state = try solver.settle(into: lambda, recording: recorded, responses: responses)
    }
    let fillingError = abs(state.number / Double(partition.modes) - start.filling)
    guard state.certificate.residual <= SteadyStudy.tolerance, state.certificate.idleModes == 0,
      fillingError <= SteadyStudy.tolerance
    else { return nil }

    let velocities = VelocityScales(velocityUnits)
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
    if isCoarse {
      (result.driveSlope, result.fillingSlope) = (start.driveSlope, start.fillingSlope)
    } else if responses {
      let found = solver.responses
      let currents = { velocities.currents($0, bands: bands, momenta: partition.momenta) }
      result.driveSlope = found.drive.map(currents)
      result.fillingSlope = found.filling.map(currents)
    }
    result.lambda = state.recorded
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
