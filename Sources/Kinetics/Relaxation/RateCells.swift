import Communication
import VectorMath

/// The modes of all ranks ordered by their rates: the smallest rates one by one, the others in intervals
/// that grow with their distance.
///
/// Below `limit` the modes of an interval are seen from three times their spread or more; the last interval has all
/// whose rates are many times as large, see `RateInterval`.
struct RateCells {
  /// Rates that are equal to some units in the last place, or an interval of them.
  struct Cell {
    let lower: Double
    let upper: Double

    /// The number of modes of all ranks.
    var total = 0

    /// The number of modes of the ranks before this one.
    var before = 0

    /// The modes that this rank owns, as places in `order`.
    var own = 0..<0
  }

  /// Owned modes with a rate, by key, then by index.
  private(set) var order: [Int]

  /// Small rates, each for itself.
  private(set) var near: [Cell] = []

  /// The intervals of the others.
  private(set) var far: [Cell] = []

  /// Where the intervals can be trusted: up to this rate.
  private(set) var limit = Double.infinity

  /// Rates to 46 bits: the key of those that only rounding tells apart.
  static func key(_ rate: Double) -> Double {
    let half = Double(sign: .plus, exponent: Int(rate.exponent) + 7, significand: 1.5)
    return (rate + half) - half
  }

  /// Orders the modes.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - matrix: The matrix.
  ///   - count: How many of the smallest distinct rates have a cell of their own.
  ///   - trusted: The limit is the rate of this number among them.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  init(
    _ matrix: borrowing RelaxationMatrix,
    count: Int,
    trusted: Int,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let keys = (0..<matrix.rates.count).map { mode in
      matrix.rates[mode] > 0 ? RateCells.key(matrix.rates[mode]) : 0
    }
    order = keys.indices.filter { keys[$0] > 0 }.sorted { (keys[$0], $0) < (keys[$1], $1) }

    // The smallest distinct keys of each rank, and of all.
    let smallest = RateCells.distinct(order.lazy.map { keys[$0] }, limit: count + 1)
    var all = [Double](repeating: .infinity, count: communicator.size * (count + 1))
    for (index, key) in smallest.enumerated() { all[communicator.rank * (count + 1) + index] = key }
    let slices = (0..<communicator.size).map { $0 * (count + 1)..<($0 + 1) * (count + 1) }
    var span = all.mutableSpan
    try communicator.gather(&span, layout: SliceLayout(slices: slices))
    let distinct = RateCells.distinct(all.sorted().lazy.filter(\.isFinite), limit: count + 1)
    near = distinct.prefix(count).map { Cell(lower: $0, upper: $0) }

    // Intervals from the first of the others to the largest of all.
    let largest = try communicator.maximum(order.last.map { keys[$0] } ?? 0)
    if distinct.count > count, let first = distinct.last {
      limit = near[min(trusted, count) - 1].lower
      var lower = first
      while lower <= largest {
        // Twice the largest, which is below it.
        let upper =
          lower < RateInterval.remote * limit ? limit + (lower - limit) * 4 : 2 * largest
        far.append(Cell(lower: lower, upper: upper))
        lower = upper
      }
    }
    assign(keys)
    try countModes(over: communicator)
  }

  /// The first distinct numbers of a sorted sequence.
  private static func distinct(_ sorted: some Sequence<Double>, limit: Int) -> [Double] {
    var result: [Double] = []
    for value in sorted where value != result.last {
      if result.count == limit { break }
      result.append(value)
    }
    return result
  }

  /// Finds the owned modes of each cell.
  private mutating func assign(_ keys: [Double]) {
    var place = 0
    func end(_ isInside: (Double) -> Bool) -> Range<Int> {
      let start = place
      while place < order.count, isInside(keys[order[place]]) { place += 1 }
      return start..<place
    }
    for index in near.indices {
      let key = near[index].lower
      near[index].own = end { $0 == key }
    }
    for index in far.indices {
      let upper = far[index].upper
      far[index].own = end { $0 < upper }
    }
  }

  /// Counts the modes of all ranks.
  ///
  /// Collective.
  private mutating func countModes(over communicator: some Communicator) throws(CommunicationError)
  {
    let own = (near + far).map { Int64($0.own.count) }
    guard !own.isEmpty else { return }
    var counts = [Int64](repeating: 0, count: communicator.size * own.count)
    for (index, value) in own.enumerated() { counts[communicator.rank * own.count + index] = value }
    let slices = (0..<communicator.size).map { $0 * own.count..<($0 + 1) * own.count }
    var span = counts.mutableSpan
    try communicator.gather(&span, layout: SliceLayout(slices: slices))
    func sum(_ cell: Int, _ ranks: Range<Int>) -> Int {
      ranks.reduce(0) { $0 + Int(counts[$1 * own.count + cell]) }
    }
    for index in near.indices {
      near[index].total = sum(index, 0..<communicator.size)
      near[index].before = sum(index, 0..<communicator.rank)
    }
    for index in far.indices {
      far[index].total = sum(near.count + index, 0..<communicator.size)
      far[index].before = sum(near.count + index, 0..<communicator.rank)
    }
  }
}
