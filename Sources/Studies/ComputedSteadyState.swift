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
struct ComputedSteadyState<Group: Communicator>: ~Copyable {
  private let setup: StudySetup
  private let start: CoarseState
  private let partition: Partition
  private let velocities: VelocityScales
  private var solver: SteadySolver<Group>
  private var isSteady = false

  /// Prepares the passes over a lattice.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - setup: The model, with the baths of weight 0; one that `needsNoTables`.
  ///   - start: The state of its coarse lattice; the same on all ranks.
  ///   - communicator: The ranks.
  /// - Throws: `ModelError` if the model does not fit the grid, alike on all ranks.
  init(
    _ setup: StudySetup,
    near start: CoarseState,
    over communicator: Group
  ) throws(ModelError) {
    // Twice the scales: the large lattice has velocities that the coarse one does not have.
    let velocities = VelocityScales(start.velocityScales.map { 2 * $0 })
    let partition = setup.partition(over: communicator)
    solver = SteadySolver(
      computing: try ComputedTables(
        of: setup.model,
        on: setup.grid,
        momenta: partition.ownedMomenta,
        velocityUnits: velocities.scales
      ),
      near: start.root,
      filling: start.filling,
      partition: partition,
      over: communicator
    )
    self.setup = setup
    self.start = start
    self.partition = partition
    self.velocities = velocities
  }

  /// Writes λ of the coarse lattice's moments, in one pass.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: On return λ of the owned modes; it may have no elements.
  ///   - tolerance: The largest residual.
  /// - Returns: The state, the same on all ranks; `nil`, on all ranks, where the lattice has other moments, or modes
  ///   without rates.
  /// - Throws: `CommunicationError`.
  mutating func settle(
    into lambda: borrowing AlignedVector,
    within tolerance: Double
  ) throws(CommunicationError) -> SteadyResult? {
    let state = try solver.settle(into: lambda, recording: setup.recordedModes)
    isSteady = state.certificate.residual <= SteadyStudy.tolerance
    guard var result = result(state, within: tolerance, passes: 1) else { return nil }
    (result.driveSlope, result.fillingSlope) = (start.driveSlope, start.fillingSlope)
    return result
  }

  /// Goes on where `settle` has not found a state: by Newton's method where λ was not steady, to responses of this
  /// lattice where it was.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: On return λ of the owned modes; it may have no elements.
  ///   - responses: Whether responses are wanted.
  /// - Returns: The state, the same on all ranks; `nil`, on all ranks, where the tables are better kept.
  /// - Throws: `CommunicationError`.
  mutating func iterate(
    into lambda: borrowing AlignedVector,
    responses: Bool
  ) throws(CommunicationError) -> SteadyResult? {
    var passes = 2
    if !isSteady, solver.isWithinRange {
      passes += try solver.iterate(responses: false, limit: 6).passes
    }
    guard solver.isWithinRange else { return nil }
    let state = try solver.settle(
      into: lambda,
      recording: setup.recordedModes,
      responses: responses
    )
    guard var result = result(state, within: SteadyStudy.tolerance, passes: passes) else {
      return nil
    }
    if responses {
      let found = solver.responses
      let currents = { [velocities, partition] sums in
        velocities.currents(sums, bands: partition.bands, momenta: partition.momenta)
      }
      result.driveSlope = found.drive.map(currents)
      result.fillingSlope = found.filling.map(currents)
    }
    return result
  }

  /// What has been found, if it is steady and at the filling.
  private func result(
    _ state: SettledState,
    within tolerance: Double,
    passes: Int
  ) -> SteadyResult? {
    let fillingError = abs(state.number / Double(partition.modes) - start.filling)
    guard state.certificate.residual <= tolerance, state.certificate.idleModes == 0,
      fillingError <= SteadyStudy.tolerance
    else { return nil }
    var result = SteadyResult(state, passes: passes, velocities, partition)
    result.fillingError = fillingError
    result.lambda = state.recorded
    return result
  }
}
