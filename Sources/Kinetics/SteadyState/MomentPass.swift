import Communication
import VectorMath

/// One pass over the modes for a step in the 2R moments: the occupations that they imply, the moments
/// of those occupations, and where wanted the derivatives of these.
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

  /// n, h, h/(in + out), n/(in + out) of a tile, then P_0, Q_0, P_1 …, c.
  private let columns: AlignedVector
  /// γ_r A_r and γ_r B_r.
  private let coefficients: AlignedVector
  private let ones = AlignedVector(count: ScaledKernel.tile)
  /// Tables beyond those of the kernel, scaled to at most 1, each padded to whole tiles.
  private let others: AlignedVector
  private let otherCount: Int
  let channels: Int
  /// Moments and number.
  private var sums: TileSums
  /// Derivatives and responses, row by row.
  private var elements: TileSums
  /// What each column of derivatives is divided by, powers of two.
  var scales: [Double]

  /// Prepares a pass.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - tables: More rows, tables over the owned modes below 1.
  init(of kernel: borrowing ScaledKernel, others tables: [[Double]] = []) {
    channels = kernel.channels
    otherCount = tables.count
    columns = AlignedVector(count: (4 + 2 * kernel.channels + 1) * ScaledKernel.tile)
    coefficients = AlignedVector(count: 2 * kernel.channels)
    others = AlignedVector(count: tables.count * kernel.stride)
    for (index, table) in tables.enumerated() {
      for (mode, value) in table.enumerated() { others[index * kernel.stride + mode] = value }
    }
    for mode in 0..<ScaledKernel.tile { ones[mode] = 1 }
    let rows = 2 * kernel.channels + 1
    sums = TileSums(count: rows, depth: kernel.depth)
    elements = TileSums(count: (rows + tables.count) * rows, depth: kernel.depth)
    scales = [Double](repeating: 1, count: rows)
  }

  /// The rows: the tables of the kernel, 1, the others.
  private var rowCount: Int { 2 * channels + 1 + otherCount }

  /// Σ_m f_r n for even rows, Σ_m g_r h for odd ones, Σ_m n for the last.
  func moment(_ row: Int) -> Double { sums.value(row) }

  /// Σ_m a_row b_column: columns 0 ..< 2R are P_s and Q_s, the last is the response.
  func element(row: Int, column: Int) -> Double {
    elements.value(row * (2 * channels + 1) + column) * scales[column]
  }

  /// Whether all was finite, and in and out were not negative, on all ranks.
  private(set) var isValid = false

  /// Passes over the owned modes.
  ///
  /// Collective: one or two Allreduces, and one for the scales where these are not known before.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - point: The moments.
  ///   - extent: What to compute.
  ///   - response: The response column, if it is to be computed.
  ///   - idle: n of the modes that have no rate at all; zero beyond the owned modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a reduction fails.
  mutating func evaluate(
    _ kernel: borrowing ScaledKernel,
    at point: MomentPoint,
    _ extent: Extent,
    response: Response,
    idle: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    if extent != .moments {
      try chooseScales(kernel, point, extent, response, idle, over: communicator)
    }
    let folds = folds(for: point, extent)
    let exactFolds = kernel.folds()
    sums.reset()
    elements.reset()
    for start in stride(from: 0, to: idle.paddedCount, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, idle.paddedCount - start)
      // The padding has no rates and no occupation, and is no mode.
      tabulateOccupations(kernel, point.moments, idle, start, count, extent)
      for row in 0...2 * channels {
        let values = column(row < 2 * channels && row % 2 == 1 ? 1 : 0)
        sums.add(row, table(kernel, row, start), values, count: count, folds: exactFolds)
      }
      sums.endTile()
      guard extent != .moments else { continue }
      tabulateDerivatives(kernel, point, extent, response, start, count)
      let last = extent == .response ? 2 * channels + 1 : 2 * channels
      for row in 0..<rowCount {
        let place = row * (2 * channels + 1)
        let table = table(kernel, row, start)
        elements.add(place, columns: last, table, column(4), count: count, folds: folds)
      }
      elements.endTile()
    }
    try sums.reduce(over: communicator)
    if extent != .moments { try elements.reduce(over: communicator) }
    isValid = sums.isValid && elements.isValid
  }

  /// As many folds as keep the derivatives of the smallest moment to 26 bits, and to 36 for responses.
  private func folds(for point: MomentPoint, _ extent: Extent) -> Int {
    var bits = 0
    for (moment, unit) in zip(point.moments, point.units) where unit == 0 && moment > 0 {
      bits = max(bits, point.exponent - Int(moment.exponent))
    }
    bits += extent == .response ? 36 : 26
    // Where moments have both signs nothing is known of their size.
    return point.units.allSatisfy { $0 == 0 } ? min(3, (bits + 41) / 42) : 3
  }

  func column(_ index: Int) -> UnsafeMutablePointer<Double> {
    columns.pointer + index * ScaledKernel.tile
  }

  private func table(
    _ kernel: borrowing ScaledKernel,
    _ row: Int,
    _ start: Int
  ) -> UnsafeMutablePointer<Double> {
    if row < 2 * channels { return kernel.table(row, from: start) }
    if row == 2 * channels { return ones.pointer }
    return others.pointer + (row - 2 * channels - 1) * kernel.stride + start
  }

  // MARK: - Tiles

  func tabulateOccupations(
    _ kernel: borrowing ScaledKernel,
    _ moments: [Double],
    _ idle: borrowing AlignedVector,
    _ start: Int,
    _ count: Int,
    _ extent: Extent
  ) {
    for row in 0..<2 * channels { coefficients[row] = kernel.couplings[row / 2] * moments[row] }
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      var gain = Vector.zero
      var loss = Vector.zero
      for r in 0..<channels {
        let f = kernel.table(2 * r, from: start).vector(at: index)
        let g = kernel.table(2 * r + 1, from: start).vector(at: index)
        gain = multiplyAdd(g, Vector(repeating: coefficients[2 * r]), gain)
        loss = multiplyAdd(f, Vector(repeating: coefficients[2 * r + 1]), loss)
      }
      let negative = (gain .< Vector.zero) .| (loss .< Vector.zero)
      let total = gain + loss
      let isIdle = total .== Vector.zero
      let inverse = (1 / total).replacing(with: 0, where: isIdle)
      let idleOccupation = idle.pointer.vector(at: start + index)
      let n = (gain * inverse).replacing(with: idleOccupation, where: isIdle)
        .replacing(with: .nan, where: negative)
      let h = (loss * inverse).replacing(with: 1 - idleOccupation, where: isIdle)
      column(0).store(n, at: index)
      column(1).store(h, at: index)
      guard extent != .moments else { continue }
      // χ/in = h/(in + out) and χ/out = n/(in + out); both vanish where there is no rate.
      column(2).store(h * inverse, at: index)
      column(3).store(n * inverse, at: index)
    }
  }

  func tabulateDerivatives(
    _ kernel: borrowing ScaledKernel,
    _ point: MomentPoint,
    _ extent: Extent,
    _ response: Response,
    _ start: Int,
    _ count: Int
  ) {
    for row in 0..<2 * channels {
      // P_s has the table g_s and h/(in + out), Q_s the table f_s and n/(in + out).
      let table = kernel.table(row % 2 == 0 ? row + 1 : row - 1, from: start)
      let factor = kernel.couplings[row / 2] * point.derivative(row) / scales[row]
      multiply(table, column(2 + row % 2), factor, into: column(4 + row), count)
    }
    guard extent == .response else { return }
    let target = column(4 + 2 * channels)
    switch response {
    case .table(let table):
      multiply(table + start, ones.pointer, 1 / scales[2 * channels], into: target, count)
    case .couplings(let changes):
      let unit = 1 / scales[2 * channels]
      for index in stride(from: 0, to: count, by: Vector.scalarCount) {
        var gain = Vector.zero
        var loss = Vector.zero
        for r in 0..<channels {
          let f = kernel.table(2 * r, from: start).vector(at: index)
          let g = kernel.table(2 * r + 1, from: start).vector(at: index)
          let (a, b) = (point.moments[2 * r], point.moments[2 * r + 1])
          gain = multiplyAdd(g, Vector(repeating: changes[r] * a * unit), gain)
          loss = multiplyAdd(f, Vector(repeating: changes[r] * b * unit), loss)
        }
        let perGain = column(2).vector(at: index)
        let perLoss = column(3).vector(at: index)
        target.store(perGain * gain - perLoss * loss, at: index)
      }
    }
  }

  private func multiply(
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    _ factor: Double,
    into target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    let factor = Vector(repeating: factor)
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      target.store(a.vector(at: index) * factor * b.vector(at: index), at: index)
    }
  }
}
