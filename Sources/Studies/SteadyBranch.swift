import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// Steady states along a line of setups, each of which begins where the last one ended.
///
/// What a setup shares with the one before is kept: while only the weights of baths or the filling
/// change, the tables, the memory and the last Jacobian; the moments are extrapolated from the points
/// before with their tangents. Anything else is tabulated anew, and begins at λ of the last point where the
/// number of modes is the same. A point that is not found so is looked for once more from its own
/// initial state.
///
/// ```swift
/// var branch = try SteadyBranch(over: communicator)
/// for drive in drives {
///   setup.model = model(drive)
///   let result = try branch.solve(setup, at: drive)
/// }
/// ```
public struct SteadyBranch<Group: Communicator>: ~Copyable {
  /// Whether the responses to drive and filling are wanted.
  public var responses: Bool

  /// The other engine judges each point, too, up to this number of modes.
  public var verifiedModes: Int

  let communicator: Group
  var setup: StudySetup?
  var workspace = Slot<SteadyWorkspace<Group>>()
  var predictor = SteadyPredictor()
  var restarts = false

  /// Creates a branch without points.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - responses: Whether the responses to drive and filling are wanted.
  ///   - verifiedModes: The other engine judges each point, too, up to this number of modes.
  ///   - communicator: The ranks.
  public init(
    responses: Bool = true,
    verifiedModes: Int = SteadyStudy.verifiedModes,
    over communicator: Group
  ) {
    self.responses = responses
    self.verifiedModes = verifiedModes
    self.communicator = communicator
  }

  /// Hands λ of the owned modes at the last point to `body`.
  ///
  /// - Precondition: `solve` has returned.
  public borrowing func withLambda<Result>(
    _ body: (borrowing AlignedVector, Partition) throws -> Result
  ) rethrows -> Result {
    try body(workspace.value.lambda, workspace.value.partition)
  }

  /// Lets the next point begin from its own initial state, as the first one does; tables are kept.
  ///
  /// The state found then has the same bits, whatever came before.
  public mutating func restart() {
    predictor = SteadyPredictor()
    restarts = true
  }

  /// Finds the steady state of the next setup.
  ///
  /// Collective. Newton's method on the moments of a separable kernel, an accelerated fixed point for
  /// others. A state whose own residual is above the tolerance is an error, never a result.
  ///
  /// - Parameters:
  ///   - next: The setup. Its baths are compared as values, where their types are `Equatable`.
  ///   - parameter: Where the point lies on the line, for the extrapolation; `nil` without one.
  /// - Returns: The state, the same on every rank; without λ of recorded modes of other sizes.
  /// - Throws: `ModelError` if the model does not fit, `NumericalError` if no steady state was found,
  ///   alike on all ranks; `CommunicationError`. After the first two the next point begins from its own
  ///   initial state.
  public mutating func solve(
    _ next: StudySetup,
    at parameter: Double? = nil
  ) throws -> SteadyResult {
    var next = next
    next.model.includesIdleBaths = true
    let last = setup
    setup = nil
    let change = SteadyChange(from: last, to: next, by: predictor.distance(to: parameter))
    var isWarm = last != nil && !restarts
    restarts = false
    if change.keepsTables {
      if change.weights { try workspace.value.setWeights(next, over: communicator) }
      if change.initial { try workspace.value.setInitial(next.initial, over: communicator) }
    } else {
      predictor = SteadyPredictor()
      isWarm = isWarm && last?.modes == next.modes
      try tabulate(next, keepsState: isWarm)
    }

    let start: SteadyStart
    if isWarm, change.keepsTables, workspace.value.isSeparable {
      start = .near(parameter.flatMap { predictor.variables(at: $0, change.tangent) })
    } else {
      start = isWarm ? .state : .initial
    }
    do {
      let result = try workspace.value.solve(
        next,
        from: start,
        responses: responses,
        verifies: next.modes <= verifiedModes || next.forces.verify,
        over: communicator
      )
      if let parameter, let point = workspace.value.point(at: parameter) { predictor.add(point) }
      setup = next
      return result
    } catch {
      predictor = SteadyPredictor()
      throw error
    }
  }

  /// dI/dp of the last point for any parameter p of its setup, for each direction.
  ///
  /// Collective; see `SteadyWorkspace.response`.
  ///
  /// - Parameter parameter: p; its setups are alike on all ranks.
  /// - Returns: The slopes; `nil` where there is no derivative.
  /// - Throws: `NumericalError` if the error is above 10⁻⁸ by its own estimate, `ModelError` if the kernel is
  ///   not separable, what `parameter.setup` throws if it takes no other value; `CommunicationError`.
  public mutating func response(to parameter: SetupParameter) throws -> [Double]? {
    guard let setup, workspace.value.isSeparable else {
      throw ModelError(
        "slopes need a kernel of low rank (forces: {compression: 1e-12} makes ohmic ones)"
      )
    }
    return try workspace.value.response(to: parameter, setup, over: communicator)
  }

  /// Replaces the tables; the old ones are freed first.
  ///
  /// Collective.
  mutating func tabulate(_ setup: StudySetup, keepsState: Bool) throws {
    let state = AlignedVector(count: keepsState ? workspace.value.lambda.count : 0)
    if keepsState { state.copy(from: workspace.value.lambda) }
    workspace.clear()
    workspace.fill(try SteadyWorkspace(setup, over: communicator))
    try workspace.value.setInitial(setup.initial, over: communicator)
    if keepsState { workspace.value.lambda.copy(from: state) }
  }
}
