import Communication
import VectorMath

/// One pass over the modes for a Newton step in the 2R moments: the occupations that they imply, the
/// moments of those occupations, and the derivatives of these.
///
/// With in_m = Σ γ_r g_r A_r and out_m = Σ γ_r f_r B_r a steady mode has n = in/(in + out), h = out/(in + out), so
///
///     dn_m = Σ_s [P_s dx_s − Q_s dy_s],   P_s = χ γ_s g_s (dA_s/dx_s)/in,   Q_s = χ γ_s f_s (dB_s/dy_s)/out
///
/// and all that a step needs are sums Σ_m a_i(m) b_j(m), in one exact Allreduce: rows a are the tables
/// f_r and g_r, 1, and others that the caller adds; columns b are P_s, Q_s, n or h, and the response
/// z = χ d ln(in/out) to a change of the couplings.
struct MomentPass: ~Copyable {
  /// P_0, Q_0, P_1 …, n, h, z of a tile.
  private let columns: AlignedVector
  private let ones = AlignedVector(count: ScaledKernel.tile)
  /// Tables beyond those of the kernel, scaled to at most 1, each padded to whole tiles.
  private let others: AlignedVector
  private let otherCount: Int
  private let channels: Int
  private var sums: TileSums

  /// Prepares a pass.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - tables: More rows, tables over the owned modes below 1.
  init(of kernel: borrowing ScaledKernel, others tables: [[Double]] = []) {
    channels = kernel.channels
    otherCount = tables.count
    columns = AlignedVector(count: (2 * kernel.channels + 3) * ScaledKernel.tile)
    others = AlignedVector(count: tables.count * kernel.stride)
    for (index, table) in tables.enumerated() {
      for (mode, value) in table.enumerated() { others[index * kernel.stride + mode] = value }
    }
    for mode in 0..<ScaledKernel.tile { ones[mode] = 1 }
    let rows = 2 * kernel.channels + 1 + tables.count
    sums = TileSums(count: rows * (2 * kernel.channels + 2), depth: kernel.depth)
  }

  /// The rows: the tables of the kernel, 1, the others.
  private var rowCount: Int { 2 * channels + 1 + otherCount }

  /// Σ_m a_row b_column: columns 0 ..< 2R are P_s and Q_s, then comes the value, then the response z.
  ///
  /// The value is n for f_r, for 1 and for other rows, and h for g_r.
  func value(row: Int, column: Int) -> Double {
    sums.value(row * (2 * channels + 2) + column)
  }

  /// Whether all was finite, and in and out were not negative, on all ranks.
  var isValid: Bool { sums.isValid }

  /// Passes over the owned modes.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - moments: A_0, B_0, A_1, B_1 …, in the scales of the tables.
  ///   - derivatives: dA_s/dx_s and dB_s/dy_s, in the same order.
  ///   - changes: The derivatives of the couplings for the response z.
  ///   - idle: n of the modes that have no rate at all; zero beyond the owned modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the reduction fails.
  mutating func evaluate(
    _ kernel: borrowing ScaledKernel,
    moments: [Double],
    derivatives: [Double],
    changes: [Double],
    idle: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    sums.reset()
    for start in stride(from: 0, to: idle.paddedCount, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, idle.paddedCount - start)
      // The padding has no rates and no occupation, and is no mode: h must not count it.
      tabulate(kernel, moments, derivatives, changes, idle, start, count)
      for row in 0..<rowCount { add(kernel, row, start, count) }
      sums.endTile()
    }
    try sums.reduce(over: communicator)
  }

  private func add(
    _ kernel: borrowing ScaledKernel,
    _ row: Int,
    _ start: Int,
    _ count: Int
  ) {
    let tile = ScaledKernel.tile
    let table: UnsafeMutablePointer<Double>
    if row < 2 * channels {
      table = kernel.table(row, from: start)
    } else if row == 2 * channels {
      table = ones.pointer
    } else {
      table = others.pointer + (row - 2 * channels - 1) * kernel.stride + start
    }
    let place = row * (2 * channels + 2)
    for column in 0..<2 * channels {
      sums.add(place + column, table, columns.pointer + column * tile, count: count)
    }
    let value = row < 2 * channels && row % 2 == 1 ? 1 : 0
    let values = columns.pointer + (2 * channels + value) * tile
    sums.add(place + 2 * channels, table, values, count: count)
    let response = columns.pointer + (2 * channels + 2) * tile
    sums.add(place + 2 * channels + 1, table, response, count: count)
  }

  private func tabulate(
    _ kernel: borrowing ScaledKernel,
    _ moments: [Double],
    _ derivatives: [Double],
    _ changes: [Double],
    _ idle: borrowing AlignedVector,
    _ start: Int,
    _ count: Int
  ) {
    let tile = ScaledKernel.tile
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      var gain = Vector.zero
      var loss = Vector.zero
      var gainChange = Vector.zero
      var lossChange = Vector.zero
      for r in 0..<channels {
        let f = kernel.table(2 * r, from: start).vector(at: index)
        let g = kernel.table(2 * r + 1, from: start).vector(at: index)
        let (a, b) = (moments[2 * r], moments[2 * r + 1])
        gain = multiplyAdd(g, Vector(repeating: kernel.couplings[r] * a), gain)
        loss = multiplyAdd(f, Vector(repeating: kernel.couplings[r] * b), loss)
        gainChange = multiplyAdd(g, Vector(repeating: changes[r] * a), gainChange)
        lossChange = multiplyAdd(f, Vector(repeating: changes[r] * b), lossChange)
      }
      let negative = (gain .< Vector.zero) .| (loss .< Vector.zero)
      let total = gain + loss
      let isIdle = total .== Vector.zero
      let inverse = (1 / total).replacing(with: 0, where: isIdle)
      let idleOccupation = idle.pointer.vector(at: start + index)
      let n = (gain * inverse).replacing(with: idleOccupation, where: isIdle)
        .replacing(with: .nan, where: negative)
      let h = (loss * inverse).replacing(with: 1 - idleOccupation, where: isIdle)
      // χ/in = h/(in + out) and χ/out = n/(in + out); both vanish where there is no rate.
      let perGain = h * inverse
      let perLoss = n * inverse
      for r in 0..<channels {
        let f = kernel.table(2 * r, from: start).vector(at: index)
        let g = kernel.table(2 * r + 1, from: start).vector(at: index)
        let p = Vector(repeating: kernel.couplings[r] * derivatives[2 * r])
        let q = Vector(repeating: kernel.couplings[r] * derivatives[2 * r + 1])
        columns.pointer.store(perGain * g * p, at: 2 * r * tile + index)
        columns.pointer.store(perLoss * f * q, at: (2 * r + 1) * tile + index)
      }
      columns.pointer.store(n, at: 2 * channels * tile + index)
      columns.pointer.store(h, at: (2 * channels + 1) * tile + index)
      let response = perGain * gainChange - perLoss * lossChange
      columns.pointer.store(response, at: (2 * channels + 2) * tile + index)
    }
  }
}
