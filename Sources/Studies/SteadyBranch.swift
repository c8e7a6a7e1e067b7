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
/// A large lattice has the moments of a coarse one but for terms that vanish exponentially with its size, see
/// `StudySetup.coarse`. Where no factor is negative, a branch of that coarse lattice runs ahead, and one pass over
/// the large one writes λ and proves that its moments are those assumed. Then the responses are those of the
/// coarse lattice, too: they are mean values of functions with the same poles, and differ by terms of the same order.
/// Where the moments are not those assumed, Newton's method goes on from them with moments and responses of the
/// large lattice, and the points after that come from this lattice alone until `restart` or other tables.
///
/// Of more than `tabulatedModes` modes tables that have formulas are not kept, see `ComputedSteadyState`, until a point
/// needs them.
///
/// ```swift
/// var branch = SteadyBranch(over: communicator)
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

  /// Whether points of a lattice much larger than its coarse one, and of more than `verifiedModes`, begin with the
  /// state of that one.
  public var startsCoarse = true

  /// Up to this number of modes tables are kept from one point to the next even where they may be computed again with
  /// each; responses to other parameters than the drive and the filling need them.
  public var tabulatedModes = Int.max

  /// Is called on each rank before tables are kept that might have been computed again, with the bytes that the rank
  /// then needs; where it throws on one rank, `solve` throws a `TableRefusal` on all.
  public var prepare: (Double) throws -> Void = { _ in }

  let communicator: Group
  var setup: StudySetup?
  /// The tables; where they are not kept, λ of the last point.
  var workspace = Slot<SteadyWorkspace<Group>>()
  var bare = Slot<OwnedLambda>()
  var predictor = SteadyPredictor()
  var restarts = false
  /// The coarse lattice of the tables, once it was asked.
  var coarse = Slot<CoarseBranch>()

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
    workspace.isFull
      ? try body(workspace.value.lambda, workspace.value.partition)
      : try body(bare.value.lambda, bare.value.partition)
  }

  /// Lets the next point begin from its own initial state, as the first one does; tables are kept.
  ///
  /// The state found then has the same bits, whatever came before.
  public mutating func restart() {
    predictor = SteadyPredictor()
    restarts = true
    if coarse.isFull { coarse.value.restart() }
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
  /// - Throws: `ModelError` if the model does not fit, `NumericalError` if no steady state was found, `TableRefusal`
  ///   if `prepare` throws, alike on all ranks; `CommunicationError`. After the others the next point begins from its
  ///   own initial state.
  public mutating func solve(
    _ next: StudySetup,
    at parameter: Double? = nil
  ) throws -> SteadyResult {
    let next = next.withIdleBaths
    let last = setup
    setup = nil
    let change = SteadyChange(from: last, to: next, by: predictor.distance(to: parameter))
    let begins = restarts || !change.keepsTables
    var isWarm = last != nil && !restarts
    var passes = 0
    restarts = false
    if !change.keepsTables { coarse.clear() }
    if begins ? mayCompute(next) : bare.isFull {
      switch try computed(next, at: parameter) {
      case .found(let result):
        setup = next
        return result
      case .near:
        passes = 1
        isWarm = true
      case .none: break
      }
    }

    let hasTables = change.keepsTables && workspace.isFull
    if hasTables {
      if change.weights { try workspace.value.setWeights(next, over: communicator) }
      if change.initial { try workspace.value.setInitial(next.initial, over: communicator) }
    } else {
      predictor = SteadyPredictor()
      let partition = next.partition(over: communicator)
      isWarm = isWarm && withLambda { _, last in last == partition }
      try tabulate(next, keepsState: isWarm)
    }
    let start: SteadyStart
    if isWarm, hasTables, workspace.value.isSeparable {
      start = .near(parameter.flatMap { predictor.variables(at: $0, change.tangent) })
    } else {
      start = isWarm ? .state : .initial
    }
    do {
      var result = try found(next, from: start, at: parameter)
      result.iterations += passes
      if let parameter, let point = workspace.value.point(at: parameter) { predictor.add(point) }
      setup = next
      return result
    } catch {
      predictor = SteadyPredictor()
      throw error
    }
  }

  /// The root of the last point for other lattices; `nil` where there is none.
  var root: MomentRoot? { workspace.value.isSeparable ? workspace.value.solver.value.root : nil }

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
      throw ModelError.hasNoSlopes
    }
    return try workspace.value.response(to: parameter, setup, over: communicator)
  }

  /// Replaces the tables; the old ones are freed first.
  ///
  /// Collective.
  mutating func tabulate(_ setup: StudySetup, keepsState: Bool) throws {
    if mayCompute(setup) {
      let bytes = SteadyStudy(setup).tabulatedBytes(ranks: communicator.size)
      do {
        try communicator.agree { try prepare(bytes) }
      } catch let error as CommunicationError {
        throw error
      } catch {
        throw TableRefusal(try communicator.sharedMessage(of: error))
      }
    }
    let partition = setup.partition(over: communicator)
    let state = AlignedVector(count: keepsState ? partition.owned.count : 0)
    if keepsState { withLambda { lambda, _ in state.copy(from: lambda) } }
    workspace.clear()
    bare.clear()
    workspace.fill(try SteadyWorkspace(setup, over: communicator))
    try workspace.value.setInitial(setup.initial, over: communicator)
    if keepsState { workspace.value.lambda.copy(from: state) }
  }
}
