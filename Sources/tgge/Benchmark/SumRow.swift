import Communication
import Foundation
import VectorMath

/// The reproducible sum of 2R moments next to a plain Allreduce of 2R doubles.
struct SumRow: BenchmarkRow {
  var engine = "sum"
  let channels: Int
  let ranks: Int
  let plainMicroseconds: Double
  let exactMicroseconds: Double

  /// Measures.
  ///
  /// Collective. The exact sum takes the accumulators apart, reduces the integers and makes
  /// doubles of them.
  init(channels: Int, on communicator: some Communicator) throws {
    let rounds = communicator.size == 1 ? 10_000 : 1000
    var plain = [Double](repeating: 1, count: 2 * channels)
    var exact = ExactSums(exponents: Array(repeating: 0, count: 2 * channels))
    var sink = 0.0
    var times: [[Double]] = [[], []]
    for _ in 0..<7 {
      times[0].append(
        try seconds(on: communicator) {
          for _ in 0..<rounds {
            var span = plain.mutableSpan
            try communicator.sum(&span)
            for index in plain.indices { plain[index] = 1 }
          }
        }
      )
      times[1].append(
        try seconds(on: communicator) {
          for _ in 0..<rounds {
            exact.reset()
            for index in 0..<exact.count {
              var accumulator = FoldAccumulator()
              accumulator.add(Vector(repeating: 0.3), exact.windows[index])
              exact.absorb(&accumulator, into: index)
            }
            try exact.reduce(over: communicator)
            for index in 0..<exact.count { sink += exact.value(index) }
          }
        }
      )
    }
    precondition(sink > 0)
    self.channels = channels
    ranks = communicator.size
    plainMicroseconds = 1e6 * median(times[0]) / Double(rounds)
    exactMicroseconds = 1e6 * median(times[1]) / Double(rounds)
  }

  /// Writes a table for people.
  static func printTable(_ rows: [SumRow]) {
    print("\nsums over ranks")
    print("  R  Allreduce of 2R doubles  exact sums of 2R moments")
    for row in rows {
      print(
        String(
          format: "%3d  %20.2f µs  %21.2f µs",
          row.channels,
          row.plainMicroseconds,
          row.exactMicroseconds
        )
      )
    }
  }
}
