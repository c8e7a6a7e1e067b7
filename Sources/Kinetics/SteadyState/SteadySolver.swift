import CLAPACK
import Communication
import Dissipation
import RealModule
import VectorMath

/// What a Newton iteration has found.
public struct SteadyReport: Sendable, Equatable {
  /// Passes over the modes.
  public var passes: Int

  /// Whether the last step was below 10⁻⁸, so that the next would be below rounding.
  public var converged: Bool
}

/// The steady state of a separable kernel: a root in its 2R moments at imposed filling.
///
///     A_r = Σ_m f_r n_m,   B_r = Σ_m g_r h_m,   n_m = in_m/(in_m + out_m),   Σ_m n_m = filling · M
///
/// Newton's method on the logarithms of the moments (on the moments themselves where factors have both
/// signs), steps capped at 2. The 2R + 1 equations have one redundancy, Σ_r γ_r (A_r B′_r − B_r A′_r) = 0, which
/// need not be found: the steps are least-squares solutions. All sums are exact and the small system is
/// solved on the first rank, so that any number of ranks finds the same bits.
///
/// - Complexity: each pass (2R + 1)(2R + 2) sums over the owned modes and one Allreduce of them.
public struct SteadySolver<Group: Communicator>: ~Copyable {
  private let communicator: Group
  private let partition: Partition
  private let filling: Double
  private let kernel: ScaledKernel
  private var pass: MomentPass

  /// n of modes without rates.
  private let idle: AlignedVector

  /// A_0, B_0, A_1, B_1 …, in the scales of the tables.
  private var moments: [Double]

  /// The unit of each moment's variable: 0 for a logarithm.
  private let units: [Double]

  /// Rows and columns of the Newton system.
  private var unknowns: Int { moments.count }

  /// Prepares the iteration from a state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the modes that this rank owns.
  ///   - lambda: λ of the owned modes; modes without any rate keep it.
  ///   - filling: The mean occupation, inside 0 … 1.
  ///   - velocities: Tables whose response is wanted, over the owned modes, each below 1.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  public init(
    kernel: SeparableKernel,
    from lambda: borrowing AlignedVector,
    filling: Double,
    velocities: [[Double]],
    partition: Partition,
    over communicator: Group
  ) throws(CommunicationError) {
    let scaled = try ScaledKernel(kernel, modes: partition.owned.count, over: communicator)
    var start = Moments(of: scaled)
    try start.evaluate(scaled, at: lambda, over: communicator)
    let found = (0..<2 * scaled.channels).map { start.value($0) }
    // Of the size of a moment, but such that the columns of the pass stay below 1.
    let unit = Double(partition.modes) / 256
    moments = found
    units = found.indices.map { scaled.isNonnegative[$0] && found[$0] > 0 ? 0 : unit }
    pass = MomentPass(of: scaled, others: velocities)
    self.kernel = scaled
    idle = AlignedVector(count: lambda.count)
    self.communicator = communicator
    self.partition = partition
    self.filling = filling
    for index in 0..<lambda.count { idle[index] = occupations(lambda[index]).occupation }
  }

  /// dA/dx of each moment.
  private var derivatives: [Double] { zip(moments, units).map { $1 == 0 ? $0 : $1 } }

  /// Iterates until a step is below 10⁻⁸.
  ///
  /// Collective.
  ///
  /// - Parameter limit: The largest number of passes.
  /// - Returns: Whether it converged; the result must be judged by its own residual.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func iterate(limit: Int = 100) throws(CommunicationError) -> SteadyReport {
    var passes = 1
    var previous = moments
    var step = [Double](repeating: 0, count: unknowns)
    while passes < limit {
      try evaluate(changes: [Double](repeating: 0, count: kernel.channels))
      passes += 1
      guard pass.isValid else {
        // Half of the step, where the whole one left the range of rates.
        moments = previous
        step = step.map { $0 / 2 }
        guard step.contains(where: { abs($0) > 1e-12 }) else { break }
        move(by: step, from: previous)
        continue
      }
      previous = moments
      step = try solve(residuals().map { -$0 })
      let largest = step.reduce(0) { max($0, abs($1)) }
      guard largest.isFinite else { break }
      if largest > 2 { step = step.map { $0 * 2 / largest } }
      move(by: step, from: previous)
      if largest < 1e-8 { return SteadyReport(passes: passes, converged: true) }
    }
    return SteadyReport(passes: passes, converged: false)
  }

  /// λ_m = ln(out_m/in_m) of the owned modes; those without rates keep that of the start.
  ///
  /// - Parameter start: λ of the start.
  /// - Returns: λ.
  public func lambda(from start: borrowing AlignedVector) -> AlignedVector {
    let lambda = AlignedVector(count: start.count)
    for index in 0..<start.count {
      var (gain, loss) = (0.0, 0.0)
      for r in 0..<kernel.channels {
        gain += kernel.couplings[r] * kernel.table(2 * r + 1, from: index)[0] * moments[2 * r]
        loss += kernel.couplings[r] * kernel.table(2 * r, from: index)[0] * moments[2 * r + 1]
      }
      lambda[index] = gain == 0 && loss == 0 ? start[index] : .log(loss / gain)
    }
    return lambda
  }

  /// The responses of Σ_m v(m) n_m to the drive and to the filling, for each of the velocity tables.
  ///
  /// Collective. By the implicit function theorem: with the equations R(x, μ) = 0, dx/dμ = −(∂R/∂x)⁻¹ ∂R/∂μ
  /// and dn = Σ (∂n/∂x) dx + ∂n/∂μ. To be called at the root.
  ///
  /// - Parameter count: The number of velocity tables.
  /// - Returns: The responses; `nil` where there is none, as at a drive that leaves modes without rates.
  /// - Throws: `CommunicationError` if a collective fails.
  public mutating func responses(
    velocities count: Int
  ) throws(CommunicationError) -> (drive: [Double]?, filling: [Double]?) {
    // The response of an occupation may exceed 1: scaled by the largest relative change of a coupling.
    let relative = zip(kernel.slopes, kernel.couplings).map { $1 > 0 ? abs($0 / $1) : 1 }
    let unit = Double(
      sign: .plus,
      exponent: Int(relative.reduce(1, max).exponent) + 1,
      significand: 1
    )
    try evaluate(changes: kernel.slopes.map { $0 / unit })
    let drive = try solve(
      (0...unknowns).map { -sign($0) * pass.value(row: $0, column: unknowns + 1) / scale($0) }
    )
    let driven = (0..<count).map { table in
      let own = pass.value(row: unknowns + 1 + table, column: unknowns + 1)
      return unit * (response(of: table, to: drive) + own)
    }

    // Not the changes of couplings, which may be beyond all bounds, but the filling alone.
    try evaluate(changes: kernel.slopes.map { _ in 0 })
    var number = [Double](repeating: 0, count: unknowns + 1)
    number[unknowns] = Double(partition.modes) / scale(unknowns)
    let filling = try solve(number)
    let filled = (0..<count).map { response(of: $0, to: filling) }
    return (
      driven.allSatisfy(\.isFinite) ? driven : nil,
      filled.allSatisfy(\.isFinite) ? filled : nil
    )
  }

  /// Σ_m v(m) dn_m for a change of the variables.
  private func response(of table: Int, to change: [Double]) -> Double {
    (0..<unknowns).reduce(0) { sum, column in
      let element = pass.value(row: unknowns + 1 + table, column: column)
      return sum + (column % 2 == 0 ? element : -element) * change[column]
    }
  }

  private mutating func evaluate(changes: [Double]) throws(CommunicationError) {
    try pass.evaluate(
      kernel,
      moments: moments,
      derivatives: derivatives,
      changes: changes,
      idle: idle,
      over: communicator
    )
  }

  private mutating func move(by step: [Double], from start: [Double]) {
    for index in 0..<unknowns {
      moments[index] =
        units[index] == 0
        ? start[index] * .exp(step[index]) : start[index] + units[index] * step[index]
    }
  }

  /// Equations for g_r count h, whose derivative is minus that of n.
  private func sign(_ row: Int) -> Double { row < unknowns && row % 2 == 1 ? -1 : 1 }

  /// What a row is divided by: the moment found for logarithms, the unit of others, the variance of a
  /// random filling for the number.
  private func scale(_ row: Int) -> Double {
    guard row < unknowns else { return Double(partition.modes) * filling * (1 - filling) }
    return units[row] == 0 ? pass.value(row: row, column: unknowns) : units[row]
  }

  private func residuals() -> [Double] {
    (0...unknowns).map { row in
      let value = pass.value(row: row, column: unknowns)
      guard row < unknowns else {
        return (value - filling * Double(partition.modes)) / scale(row)
      }
      return units[row] == 0
        ? .log(value / moments[row]) : (value - moments[row]) / units[row]
    }
  }

  /// The least-squares solution of the linearised equations for a right-hand side.
  private func solve(_ right: [Double]) throws(CommunicationError) -> [Double] {
    let (rows, columns) = (unknowns + 1, unknowns)
    var solution = [Double](repeating: .nan, count: rows)
    if communicator.rank == 0 {
      var matrix = [Double](repeating: 0, count: rows * columns)
      for row in 0..<rows {
        for column in 0..<columns {
          let element = pass.value(row: row, column: column)
          let derivative = sign(row) * (column % 2 == 0 ? element : -element) / scale(row)
          matrix[row * columns + column] = derivative - (row == column ? 1 : 0)
        }
      }
      solution = right
      var values = solution
      let finite = (matrix + right).allSatisfy(\.isFinite)
      let info =
        finite
        ? tgge_lapack_least_squares(
          Int32(rows),
          Int32(columns),
          1,
          &matrix,
          &solution,
          &values,
          1e-15
        ) : -1
      if info != 0 { solution = solution.map { _ in .nan } }
    }
    var span = solution.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return Array(solution.prefix(columns))
  }
}

/// n and h of one mode; see `occupations`.
func occupations(_ lambda: Double) -> (occupation: Double, vacancy: Double) {
  let (n, h) = occupations(Vector(repeating: lambda))
  return (n[0], h[0])
}
