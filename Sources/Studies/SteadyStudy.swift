import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// The steady state of a model at the filling of an initial state, and its currents.
public struct SteadyStudy: Sendable {
  /// The model and what to look at; the iteration begins with its initial state, whose filling is
  /// kept, and modes without any rate keep their λ.
  public var setup: StudySetup

  /// The largest residual of a mode that counts as steady; see `SteadyCertificate`.
  public static let tolerance = 1e-12

  /// The other engine judges the result too, up to this number of modes.
  public static let verifiedModes = 20_000

  /// Creates a study.
  public init(_ setup: StudySetup) {
    self.setup = setup
  }

  /// The memory that each rank needs, in bytes, from the sizes alone.
  ///
  /// - Parameters:
  ///   - ranks: The number of ranks.
  ///   - keepsLambda: Whether `run` is to hand over λ.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func estimatedBytes(ranks: Int, keepsLambda: Bool) -> Double {
    guard setup.needsNoTables else { return tabulatedBytes(ranks: ranks) }
    let lambda = keepsLambda ? 8 * (Double(setup.modes) / Double(ranks)).rounded(.up) : 0
    // A block of tables on its way, and the program itself.
    return lambda + 32e6
  }

  /// The memory that each rank needs at most where the tables of all modes must be kept, in bytes.
  ///
  /// - Parameter ranks: The number of ranks.
  /// - Returns: Bytes.
  public func tabulatedBytes(ranks: Int) -> Double {
    let setup = setup.withIdleBaths
    let estimate = setup.memory(comparesEngines: comparesEngines)
    // Tables, those of velocities in solver and observables, and copies where they are not written once; λ, the
    // start, gain and loss; what a fixed point remembers.
    let copies: Double = setup.ownsTables ? 2 : 4
    let owned = 1 + copies * estimate.velocities + copies * estimate.channels + 8 + 21
    return estimate.bytes(owned: owned, ranks: ranks)
  }

  /// The memory that the ranks of a host share, in bytes; 0 where they do not.
  public var sharedBytes: Double { setup.sharedBytes(comparesEngines: comparesEngines) }

  /// Whether the other engine judges the result, too.
  private var comparesEngines: Bool {
    setup.modes <= SteadyStudy.verifiedModes || setup.forces.verify
  }

  /// Finds the steady state.
  ///
  /// Collective. That of a large lattice begins at the moments of a coarse one, and keeps no tables, nor λ where
  /// nobody asks for it; see `ComputedSteadyState`. Any other is the first point of a `SteadyBranch`.
  ///
  /// - Parameters:
  ///   - responses: Whether the responses to drive and filling are wanted.
  ///   - communicator: The ranks.
  ///   - finish: Is given the final λ of the owned modes on all ranks; `nil` where that is not wanted.
  ///   - prepare: Is called before the tables of all modes are kept, with the bytes that each rank then needs, where
  ///     `estimatedBytes` has promised less.
  /// - Returns: The state, the same on every rank.
  /// - Throws: `ModelError` if the model does not fit, `NumericalError` if no steady state was found,
  ///   alike on all ranks; `CommunicationError`; and what `prepare` and `finish` throw.
  public func run(
    responses: Bool = true,
    over communicator: some Communicator,
    finish: ((borrowing AlignedVector, Partition) throws -> Void)? = nil,
    prepare: (Double) throws -> Void = { _ in }
  ) throws -> SteadyResult {
    if let found = try computed(responses, over: communicator, finish) { return found }
    if setup.needsNoTables { try prepare(tabulatedBytes(ranks: communicator.size)) }
    var branch = SteadyBranch(responses: responses, over: communicator)
    // What the coarse lattice knows has been tried.
    branch.startsCoarse = false
    var result = try branch.solve(setup)
    result.cancellationError = try branch.cancellationError()
    if let finish { try branch.withLambda(finish) }
    return result
  }

  /// The state without tables of all modes; `nil`, on all ranks, where they are needed.
  ///
  /// Collective.
  private func computed(
    _ responses: Bool,
    over communicator: some Communicator,
    _ finish: ((borrowing AlignedVector, Partition) throws -> Void)?
  ) throws -> SteadyResult? {
    let setup = setup.withIdleBaths
    guard setup.needsNoTables, let small = setup.coarse() else { return nil }
    var branch = CoarseBranch()
    let found = try branch.solve(small, at: nil, responses: responses, over: communicator)
    guard let start = found else { return nil }
    let partition = setup.partition(over: communicator)
    let lambda = AlignedVector(count: finish == nil ? 0 : partition.owned.count)
    var state = try ComputedSteadyState(setup, near: start, over: communicator)
    var result = try state.settle(
      into: lambda,
      within: responses ? CoarseState.tolerance : SteadyStudy.tolerance
    )
    if result == nil { result = try state.iterate(into: lambda, responses: responses) }
    if result != nil { try finish?(lambda, partition) }
    return result
  }
}
