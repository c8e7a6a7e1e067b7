import Communication
import Dissipation
import VectorMath

/// One pass over the modes for a step in the 2R moments: the occupations that they imply, the moments
/// of those occupations, and where wanted the derivatives of these, λ and all that is asked of the state.
///
/// With in_m = Σ γ_r g_r A_r and out_m = Σ γ_r f_r B_r a steady mode has n = in/(in + out), h = out/(in + out), so
///
///     dn_m = Σ_s [P_s dx_s − Q_s dy_s] + c_m dp,   P_s = χ γ_s g_s (dA_s/dx_s)/in,   Q_s = χ γ_s f_s (dB_s/dy_s)/out
///
/// and all that a step needs are sums Σ_m a_i(m) b_j(m): rows a are the tables f_r and g_r, 1, and others
/// that the caller adds; columns b are n or h, P_s, Q_s, and the response c to a parameter. The sums of n
/// and h decide what the moments are; those of the derivatives only steer, and a slope needs no more
/// than ten digits of them, so they take as few folds as their size allows.
struct MomentPass: ~Copyable {
  /// What a pass computes beside the moments.
  enum Extent: Equatable { case moments, derivatives, response }

  /// The response column of a pass.
  enum Response {
    /// c = χ d ln(in/out) from dγ_r.
    case couplings([Double])

    /// c from a table, zero beyond the owned modes.
    case table(UnsafePointer<Double>)
  }

  /// n, h, h/(in + out), n/(in + out) of a tile, then P_0, Q_0, P_1 …, c, and n less 1 where it is above 1/2.
  private let columns: AlignedVector
  /// γ_r A_r and γ_r B_r.
  let coefficients: AlignedVector
  private let ones = AlignedVector(count: ScaledKernel.tile)
  /// Tables beyond those of the kernel, scaled to at most 1, each padded to whole tiles.
  let others: AlignedVector
  let otherCount: Int
  let channels: Int
  /// Moments, number, and Σ n over the other tables.
  private var sums: TileSums
  /// Derivatives and responses, row by row.
  private var elements: TileSums
  /// What each column of derivatives is divided by, powers of two.
  var scales: [Double]

  /// What the present pass computes.
  var work = Work()
  /// What it finds of a state.
  var scan = ImbalanceScan()
  var digest = DigestSum()

  /// Prepares a pass.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - tables: The number of more rows, to be loaded.
  ///   - isGrouped: Whether the modes of a rank begin with a whole group.
  init(of kernel: borrowing ScaledKernel, others tables: Int = 0, isGrouped: Bool) {
    channels = kernel.channels
    otherCount = tables
    columns = AlignedVector(count: (4 + 2 * kernel.channels + 2) * ScaledKernel.tile)
    coefficients = AlignedVector(count: 2 * kernel.channels)
    others = AlignedVector(count: tables * kernel.stride)
    for mode in 0..<ScaledKernel.tile { ones[mode] = 1 }
    let rows = 2 * kernel.channels + 1
    sums = TileSums(count: rows + tables, depth: kernel.depth, isGrouped: isGrouped)
    elements = TileSums(count: (rows + tables) * rows, depth: kernel.depth)
    scales = [Double](repeating: 1, count: rows)
  }

  /// The rows: the tables of the kernel, 1, the others.
  private var rowCount: Int { 2 * channels + 1 + otherCount }

  /// Σ_m f_r n for even rows, Σ_m g_r h for odd ones, Σ_m n for the last; after it, of a state, Σ_m n
  /// over the other tables.
  func moment(_ row: Int) -> Double {
    row == 2 * channels ? surplus(over: 0) : sums.value(row)
  }

  /// Σ_m n_m less a number of particles, with all digits of particles and holes; see `signedOccupation`.
  func surplus(over number: Double) -> Double {
    sums.value(2 * channels) + (Double(work.filled) - number)
  }

  /// Σ_m a_row b_column: columns 0 ..< 2R are P_s and Q_s, the last is the response.
  func element(row: Int, column: Int) -> Double {
    if column == 2 * channels, work.combinesResponse {
      return (0..<channels).reduce(0) { sum, r in
        let change = work.relativeChanges[r]
        guard change != 0 else { return sum }
        let toward = element(row: row, column: 2 * r)
        return sum + change * (toward - element(row: row, column: 2 * r + 1))
      }
    }
    return elements.value(row * (2 * channels + 1) + column) * scales[column]
  }

  /// Whether all was finite, and in and out were not negative, on all ranks.
  private(set) var isValid = false

  // MARK: - A pass

  /// Begins a pass.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - point: The moments.
  ///   - extent: What to compute.
  ///   - response: The response column, if it is to be computed.
  ///   - state: λ of the owned modes, to be written or read; `nil` if only moments and derivatives matter.
  mutating func begin(
    _ kernel: borrowing ScaledKernel,
    at point: MomentPoint,
    _ extent: Extent,
    response: Response,
    state: StateVector? = nil
  ) {
    work = Work(extent: extent, response: response, state: state, point: point)
    for row in 0..<2 * channels {
      coefficients[row] = kernel.couplings[row / 2] * point.moments[row]
    }
    let bits = bitsBelowOne(point)
    work.folds = folds(bits, extent)
    // To 2⁻⁶⁰ of each sum: by what the factors range over, or by what is known of the moments.
    work.exactFolds = (bits ?? 60) + 66 <= 2 * FoldAccumulator.foldBits ? 2 : kernel.folds()
    if case .couplings(let changes) = response, extent == .response,
      let relative = relativeChanges(changes, kernel.couplings, point)
    {
      work.combinesResponse = true
      work.relativeChanges = relative
    }
    sums.reset()
    elements.reset()
    scan = ImbalanceScan()
    digest = DigestSum()
  }

  /// How many columns of derivatives the pass has.
  var columnCount: Int {
    work.extent == .response && !work.combinesResponse ? 2 * channels + 1 : 2 * channels
  }

  /// Adds the modes that are tabulated.
  ///
  /// Where a state is wanted, the moments are those of its λ; the derivatives are always those at the point.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - modes: Which of the owned modes its tables hold.
  ///   - idle: What modes without rates keep.
  mutating func add(
    _ kernel: borrowing ScaledKernel,
    modes: Range<Int>,
    idle: borrowing IdleModes
  ) {
    work.offset = modes.lowerBound
    let padded = modes.count.roundedUpToVectors
    for start in stride(from: 0, to: padded, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, padded - start)
      if work.extent != .moments { addDerivatives(kernel, idle, start, count) }
      addMoments(kernel, idle, start, count)
    }
    work.state?.record(modes)
  }

  private mutating func addMoments(
    _ kernel: borrowing ScaledKernel,
    _ idle: borrowing IdleModes,
    _ start: Int,
    _ count: Int
  ) {
    if let state = work.state {
      tabulate(state, kernel, idle, start, count)
    } else if work.extent == .moments {
      tabulateOccupations(kernel, idle, start, count)
    }
    tabulateSurplus(count)
    for row in 0..<(work.state == nil ? 2 * channels + 1 : rowCount) {
      let isNumber = row == 2 * channels
      let values = isNumber ? surplusColumn : column(row < 2 * channels && row % 2 == 1 ? 1 : 0)
      if sums.isGrouped, row <= 2 * channels {
        sums.addGroups(row, table(kernel, row, start), values, count: count)
      } else {
        // Velocities cancel: where a symmetry makes a current vanish, its exact sum does.
        let folds = row < 2 * channels ? work.exactFolds : 3
        sums.add(row, table(kernel, row, start), values, count: count, folds: folds)
      }
    }
    sums.endTile()
  }

  private mutating func addDerivatives(
    _ kernel: borrowing ScaledKernel,
    _ idle: borrowing IdleModes,
    _ start: Int,
    _ count: Int
  ) {
    tabulateOccupations(kernel, idle, start, count)
    tabulateDerivatives(kernel, start, count)
    for row in 0..<rowCount {
      let place = row * (2 * channels + 1)
      let table = table(kernel, row, start)
      elements.add(
        place,
        columns: columnCount,
        table,
        column(4),
        count: count,
        // What fixes the filling of an insulator is small.
        folds: row == 2 * channels ? 3 : work.folds
      )
    }
    elements.endTile()
  }

  /// Makes the sums invalid, on all ranks.
  mutating func invalidate() { sums.require(.infinity) }

  /// Adds up what all ranks hold.
  ///
  /// Collective: one Allreduce of the sums.
  ///
  /// - Parameters:
  ///   - integers: More integers to be summed.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the reduction fails.
  mutating func reduce(
    integers: inout [Int64],
    over communicator: some Communicator
  ) throws(CommunicationError) {
    integers.append(work.filled)
    if work.extent == .moments {
      var none = TileSums(count: 0, depth: 1)
      try sums.reduce(with: &none, integers: &integers, over: communicator)
    } else {
      try sums.reduce(with: &elements, integers: &integers, over: communicator)
    }
    work.filled = integers.removeLast()
    isValid = sums.isValid && (work.extent == .moments || elements.isValid)
  }

  // MARK: - Memory

  func column(_ index: Int) -> UnsafeMutablePointer<Double> {
    columns.pointer + index * ScaledKernel.tile
  }

  var surplusColumn: UnsafeMutablePointer<Double> { column(4 + 2 * channels + 1) }

  func one() -> UnsafeMutablePointer<Double> { ones.pointer }

  private func table(
    _ kernel: borrowing ScaledKernel,
    _ row: Int,
    _ start: Int
  ) -> UnsafeMutablePointer<Double> {
    if row < 2 * channels { return kernel.table(row, from: start) }
    if row == 2 * channels { return ones.pointer }
    return other(row - 2 * channels - 1, kernel) + start
  }
}
