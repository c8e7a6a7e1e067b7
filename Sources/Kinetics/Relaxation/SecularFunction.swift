import Communication
import VectorMath

/// S(μ) = 1 − Vᵀ (D − μ)⁻¹ U, 2R × 2R, whose zeros are the relaxation rates, in few terms.
///
/// Exact for small μ: small rates have their own terms, the modes of large ones act like few nodes. A rate
/// that many modes share has at most 2R + 1 terms: all but those of its states relax at that very rate.
struct SecularFunction {
  /// 2R.
  let width: Int

  /// The terms of single modes of small rates, by rate, then by mode.
  private(set) var near: [RateNode] = []

  /// Rates that many modes share, where single terms would be too many.
  private(set) var shared: [SharedRate] = []

  /// The terms of large rates: modes where these are few, nodes of intervals elsewhere.
  private(set) var far: [RateNode] = []

  /// Rates up to here can be found.
  let limit: Double

  /// A rate that many modes share.
  struct SharedRate {
    let rate: Double

    /// The number of modes.
    let count: Int

    /// Σ_m v_m u_mᵀ over them.
    let weights: DenseMatrix

    /// 2R + 1 of them.
    var representatives: [RateNode] = []
  }

  /// Sums up what the modes of all ranks contribute.
  ///
  /// Collective. All sums are exact, so that all ranks, and any number of them, find the same bits.
  ///
  /// - Complexity: 28 (2R)² exact sums over the owned modes; one Allreduce for each of the intervals, whose
  ///   number is about log₄ of the ratio of rates, and of the rates that many modes share.
  init(
    _ matrix: borrowing RelaxationMatrix,
    cells: RateCells,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    width = matrix.width
    limit = cells.limit
    let intervals = cells.far.map {
      RateInterval(lower: $0.lower, upper: $0.upper, limit: cells.limit)
    }

    // Single modes, on every rank
    let most = SecularFunction.multiplicity(cells, width: width)
    var listed = cells.near.map { $0.total > most ? width + 1 : $0.total }
    // As few modes as an interval has terms stand for themselves.
    listed += zip(cells.far, intervals).map { cell, interval in
      cell.total > interval.nodes.count * matrix.width ? 0 : cell.total
    }
    let modes = try SecularFunction.gather(matrix, cells, listed, over: communicator)

    // Sums over the others
    for (cell, nodes) in zip(cells.near, modes) {
      guard cell.total > most else {
        near += nodes
        continue
      }
      let single = RateInterval(lower: cell.lower, upper: cell.upper, limit: .infinity)
      let sums = try SecularFunction.sums(matrix, cells.order[cell.own], in: single, communicator)
      shared.append(
        SharedRate(
          rate: cell.lower,
          count: cell.total,
          weights: sums[0],
          representatives: nodes
        )
      )
    }
    for (index, nodes) in modes.dropFirst(cells.near.count).enumerated() {
      guard nodes.isEmpty else {
        far += nodes.sorted { ($0.rate, $0.mode ?? 0) < ($1.rate, $1.mode ?? 0) }
        continue
      }
      let (cell, interval) = (cells.far[index], intervals[index])
      guard cell.total > 0 else { continue }
      let sums = try SecularFunction.sums(matrix, cells.order[cell.own], in: interval, communicator)
      let largest = sums.reduce(0) { max($0, $1.largest) }
      for node in interval.nodes.indices {
        far += interval.terms(ofNode: node, sums[node], above: 1e-16 * largest)
      }
    }
  }

  /// Rates that so many modes share at most are listed mode by mode: as many as few terms allow, since the
  /// state of a mode is known better so where its rate is close to that of others.
  private static func multiplicity(_ cells: RateCells, width: Int) -> Int {
    [64, 32, 16, 8].first { most in
      let terms = cells.near.filter { $0.total <= most }.reduce(0) { $0 + $1.total }
      return most > width && terms <= 800
    } ?? width
  }

  /// The first modes of each cell, on every rank.
  ///
  /// Collective. Bits are added up as integers, to which only one rank contributes.
  private static func gather(
    _ matrix: borrowing RelaxationMatrix,
    _ cells: RateCells,
    _ listed: [Int],
    over communicator: some Communicator
  ) throws(CommunicationError) -> [[RateNode]] {
    let width = matrix.width
    let row = 2 * width + 2
    let all = cells.near + cells.far
    var bits = [UInt64](repeating: 0, count: listed.reduce(0, +) * row)
    var start = 0
    for (cell, count) in zip(all, listed) {
      for (index, mode) in cells.order[cell.own].enumerated() where cell.before + index < count {
        let place = (start + cell.before + index) * row
        bits[place] = UInt64(matrix.partition.owned.lowerBound + mode)
        bits[place + 1] = matrix.rates[mode].bitPattern
        for column in 0..<width {
          bits[place + 2 + column] = matrix.left(column)[mode].bitPattern
          bits[place + 2 + width + column] = matrix.right(column)[mode].bitPattern
        }
      }
      start += count
    }
    guard !bits.isEmpty else { return all.map { _ in [] } }
    var span = bits.mutableSpan
    try communicator.sum(&span)
    start = 0
    return listed.map { count in
      defer { start += count }
      return (start..<start + count).map { index in
        let place = index * row
        func numbers(_ range: Range<Int>) -> [Double] { bits[range].map(Double.init(bitPattern:)) }
        return RateNode(
          rate: Double(bitPattern: bits[place + 1]),
          left: numbers(place + 2..<place + 2 + width),
          right: numbers(place + 2 + width..<place + row),
          mode: Int(bits[place])
        )
      }
    }
  }

  /// Σ_m ℓ_i v_m u_mᵀ over the modes of an interval on all ranks, for each node i, each u times its share.
  ///
  /// Collective.
  private static func sums(
    _ matrix: borrowing RelaxationMatrix,
    _ modes: ArraySlice<Int>,
    in interval: RateInterval,
    _ communicator: some Communicator
  ) throws(CommunicationError) -> [DenseMatrix] {
    let (width, tile) = (matrix.width, ScaledKernel.tile)
    let nodes = interval.nodes.count

    // Powers of two that bring all products below 1
    var extremes = [Double](repeating: 0, count: 2 * width)
    for mode in modes {
      let share = interval.share(of: matrix.rates[mode])
      for column in 0..<width {
        extremes[column] = max(extremes[column], abs(share * matrix.left(column)[mode]))
        extremes[width + column] = max(extremes[width + column], abs(matrix.right(column)[mode]))
      }
    }
    var span = extremes.mutableSpan
    try communicator.maximum(&span)
    let scales = extremes.map {
      $0 > 0 ? Double(sign: .plus, exponent: Int($0.exponent) + 2, significand: 1) : 1
    }

    // Two windows: 252 bits below the largest product
    var sums = TileSums(count: nodes * width * width, depth: 2)
    let rows = AlignedVector(count: nodes * width * tile)
    let columns = AlignedVector(count: width * tile)
    var basis = [Double](repeating: 0, count: nodes)
    for start in stride(from: modes.startIndex, to: modes.endIndex, by: tile) {
      let slice = modes[start..<min(start + tile, modes.endIndex)]
      rows.pointer.update(repeating: 0, count: rows.count)
      columns.pointer.update(repeating: 0, count: columns.count)
      for (place, mode) in slice.enumerated() {
        interval.basis(at: matrix.rates[mode], into: &basis)
        let share = interval.share(of: matrix.rates[mode])
        for column in 0..<width {
          columns[column * tile + place] = share * matrix.left(column)[mode] / scales[column]
          let value = matrix.right(column)[mode] / scales[width + column]
          for node in 0..<nodes {
            rows[(node * width + column) * tile + place] = basis[node] * value
          }
        }
      }
      let count = slice.count.roundedUpToVectors
      for row in 0..<nodes * width {
        for column in 0..<width {
          sums.add(
            row * width + column,
            rows.pointer + row * tile,
            columns.pointer + column * tile,
            count: count
          )
        }
      }
      sums.endTile()
    }
    try sums.reduce(over: communicator)
    return (0..<nodes).map { node in
      var result = DenseMatrix(rows: width, columns: width)
      for row in 0..<width {
        for column in 0..<width {
          let scale = scales[width + row] * scales[column]
          result[row, column] = scale * sums.value((node * width + row) * width + column)
        }
      }
      return result
    }
  }
}
