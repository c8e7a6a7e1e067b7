import Communication
import Dissipation
import RealModule
import VectorMath

/// The steady state of a separable kernel: a root in its 2R moments at imposed filling.
///
///     A_r = Σ_m f_r n_m,   B_r = Σ_m g_r h_m,   n_m = in_m/(in_m + out_m),   Σ_m n_m = filling · M
///
/// Newton's method on the logarithms of the moments (on the moments themselves where factors have both
/// signs), steps capped at 2. The 2R + 1 equations have one redundancy, Σ_r γ_r (A_r B′_r − B_r A′_r) = 0, which
/// need not be found: the steps are least-squares solutions. The moments do not depend on how ranks share
/// the modes, and the small system is solved on the first rank, so that any number of ranks finds the same bits.
///
/// The tables are kept: after `setWeights` and `begin(at:)` the same solver finds the state for other
/// weights of the baths, with the inverse of the last Jacobian to begin with.
public struct SteadySolver<Group: Communicator>: ~Copyable {
  /// The engine whose kernel is solved; it knows nothing of the solution.
  var engine: SeparableForce<Group>

  var pass: MomentPass

  /// The mean occupation, inside 0 … 1.
  var filling: Double

  /// What modes without rates keep.
  private(set) var idle: IdleModes

  /// The moments reached.
  var point: MomentPoint

  /// The least-squares inverse of a Jacobian found before, 2R rows of 2R + 1; `nil` if there is none.
  var inverse: [Double]?

  /// The first step of the last iteration, by which its starting point was wrong.
  var predictionError = Double.infinity

  /// The responses that the last pass over the modes found, if it was asked for them.
  var found: MomentResponses?

  private var start: Moments
  private let isNonnegative: [Bool]
  private let velocities: Int

  /// Tables that are computed again in each pass; `nil` where the engine holds those of all modes.
  let computed: ComputedTables?

  /// Prepares the iteration.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the modes that this rank owns.
  ///   - velocities: Tables whose response is wanted, over the owned modes; copied.
  ///   - velocityUnits: Powers of two that no velocity exceeds, the same on all ranks.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(
    kernel: consuming ScaledKernel,
    velocities: borrowing VelocityTables,
    velocityUnits: [Double],
    partition: Partition,
    over communicator: Group
  ) {
    self.init(kernel, velocities: velocities.count, nil, partition, communicator)
    for (index, unit) in velocityUnits.enumerated() {
      pass.load(other: index, velocities.buffer(index), unit: unit, engine.kernel)
    }
  }

  /// Prepares an iteration near the root of another lattice of the same model, without tables of all modes.
  ///
  /// Not collective. `iterate` and `settle` are all that such a solver can do.
  ///
  /// - Parameters:
  ///   - tables: Computes the tables of the owned modes, block by block.
  ///   - root: Where to begin; the same on all ranks.
  ///   - filling: The mean occupation, inside 0 … 1.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  public init(
    computing tables: ComputedTables,
    near root: MomentRoot,
    filling: Double,
    partition: Partition,
    over communicator: Group
  ) {
    let scaled = ScaledKernel(of: tables.channels, in: root.scales, modes: tables.blockModes)
    self.init(scaled, velocities: tables.velocityUnits.count, tables, partition, communicator)
    self.filling = filling
    point = root.point(modes: partition.modes)
  }

  private init(
    _ kernel: consuming ScaledKernel,
    velocities: Int,
    _ computed: ComputedTables?,
    _ partition: Partition,
    _ communicator: Group
  ) {
    engine = SeparableForce(kernel: kernel, partition: partition, communicator: communicator)
    pass = MomentPass(of: engine.kernel, others: velocities, isGrouped: partition.hasGroups)
    start = Moments(of: engine.kernel, isGrouped: partition.hasGroups)
    idle = IdleModes(0, count: partition.owned.count)
    isNonnegative = engine.kernel.isNonnegative
    self.velocities = velocities
    self.computed = computed
    filling = 0.5
    point = MomentPoint([], isNonnegative: [], modes: partition.modes)
  }

  var communicator: Group { engine.communicator }
  var partition: Partition { engine.partition }

  /// The number of velocity tables.
  var velocityCount: Int { velocities }

  /// Rows of the Newton system are one more than its unknowns.
  var unknowns: Int { point.count }

  /// Whether a fixed point is to be tried before Newton's method: with many channels of both signs
  /// moments near the solution need not belong to any state, and Jacobians cost much.
  public var prefersFixedPoint: Bool {
    engine.kernel.channels > 8 && isNonnegative.contains(false)
  }

  /// Sets the filling, and what modes without any rate keep.
  ///
  /// Not collective.
  ///
  /// - Parameters:
  ///   - filling: The mean occupation, inside 0 … 1.
  ///   - lambda: λ of the owned modes.
  public mutating func impose(filling: Double, idle lambda: borrowing AlignedVector) {
    self.filling = filling
    idle = IdleModes(lambda)
  }

  /// Sets the filling, and the same λ for what all modes without any rate keep.
  ///
  /// Not collective.
  public mutating func impose(filling: Double, idle lambda: Double) {
    self.filling = filling
    idle = IdleModes(lambda, count: partition.owned.count)
  }

  /// Begins at a state.
  ///
  /// Collective.
  ///
  /// - Parameter lambda: λ of the owned modes.
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: one pass.
  public mutating func begin(at lambda: borrowing AlignedVector) throws(CommunicationError) {
    precondition(computed == nil, "the tables are not there")
    try start.evaluate(engine.kernel, at: lambda, over: communicator)
    point = MomentPoint(
      isNonnegative.indices.map { start.value($0) },
      isNonnegative: isNonnegative,
      modes: partition.modes
    )
    inverse = nil
  }

  /// Gives the baths of the model other weights, without a new tabulation.
  ///
  /// Not collective.
  ///
  /// - Parameter baths: The weight of each bath that was tabulated, and its derivative to the drive.
  public mutating func setWeights(_ baths: [(weight: Double, slope: Double)]) {
    engine.setWeights(baths)
  }

  /// The logarithms of the moments, or the moments in a unit where factors have both signs.
  public var variables: [Double] {
    get { point.variables }
    set { point = point.with(variables: newValue) }
  }

  /// Iterates e^−λ = gain/loss at the filling; see `iterateFixedPoint`.
  ///
  /// Collective.
  ///
  /// - Parameter lambda: On entry λ of the owned modes to begin with, on return the last one.
  /// - Returns: The number of iterations.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func iterateFixedPoint(
    _ lambda: borrowing AlignedVector
  ) throws(CommunicationError) -> Int {
    let communicator = communicator
    return try Kinetics.iterateFixedPoint(
      lambda,
      filling: filling,
      engine: &engine,
      tolerance: 2e-13,
      limit: 500,
      over: communicator
    )
  }

  /// Writes the gains and losses of a state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - gain: On return the gains.
  ///   - loss: On return the losses.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
  }

  mutating func evaluate(
    _ extent: MomentPass.Extent,
    response: MomentPass.Response? = nil
  ) throws(CommunicationError) {
    let response = response ?? .couplings(engine.kernel.slopes)
    pass.begin(engine.kernel, at: point, extent, response: response)
    try addModes()
    var none: [Int64] = []
    try pass.reduce(integers: &none, over: communicator)
  }

  /// Adds the owned modes to a pass that has begun.
  ///
  /// Collective if the scales of derivatives are not known.
  mutating func addModes() throws(CommunicationError) {
    if pass.chooseScales(engine.kernel) {
      visitTables { pass, kernel, idle, modes in pass.findLargest(kernel, modes: modes, idle: idle)
      }
      try pass.scaleByLargest(over: communicator)
    }
    visitTables { pass, kernel, idle, modes in pass.add(kernel, modes: modes, idle: idle) }
  }

  /// Hands the tables to `body`: those of all owned modes, or one block after the other as they are computed.
  private mutating func visitTables(
    _ body: (inout MomentPass, borrowing ScaledKernel, borrowing IdleModes, Range<Int>) -> Void
  ) {
    guard let computed else { return body(&pass, engine.kernel, idle, 0..<partition.owned.count) }
    for index in 0..<computed.blocks {
      let block = computed.momenta(ofBlock: index)
      // What does not fit is found out by all ranks in the sums.
      if !computed.tabulate(block, into: engine.kernel, pass) { pass.invalidate() }
      body(&pass, engine.kernel, idle, computed.modes(of: block))
    }
  }
}
