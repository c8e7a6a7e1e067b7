import Communication
import Foundation
import VectorMath

/// The reproducible sum of 2R moments next to a plain Allreduce of 2R doubles.
struct SumRow: BenchmarkRow {
  var engine = "sum"
  let channels: Int
  let repeats: Int
  let plainMicroseconds: Double
  let exactMicroseconds: Double
  let fastestPlainMicroseconds: Double
  let fastestExactMicroseconds: Double
  /// Whether the exact sums were those of the numbers that went in.
  let verified: Bool

  /// Measures.
  ///
  /// Collective. The exact sum takes the accumulators apart, reduces the integers and makes
  /// doubles of them.
  init(channels: Int, repeats: Int, on communicator: some Communicator) throws {
    let rounds = communicator.size == 1 ? 10_000 : 200
    var plain = [Double](repeating: 1, count: 2 * channels)
    var exact = ExactSums(exponents: Array(repeating: 0, count: 2 * channels))
    var wrong = 0
    let expected = Double(Vector.scalarCount * communicator.size) * 0.375
    var (plainTimings, exactTimings) = (Timings(), Timings())
    for _ in 0..<repeats {
      try plainTimings.add(on: communicator, rounds: rounds) {
        var span = plain.mutableSpan
        try communicator.sum(&span)
        for index in plain.indices { plain[index] = 1 }
      }
      try exactTimings.add(on: communicator, rounds: rounds) {
        exact.reset()
        for index in 0..<exact.count {
          var accumulator = FoldAccumulator()
          accumulator.add(Vector(repeating: 0.375), exact.windows[index])
          exact.absorb(&accumulator, into: index)
        }
        try exact.reduce(over: communicator)
        for index in 0..<exact.count where exact.value(index) != expected { wrong += 1 }
      }
    }
    self.channels = channels
    self.repeats = repeats
    plainMicroseconds = 1e6 * plainTimings.median
    exactMicroseconds = 1e6 * exactTimings.median
    fastestPlainMicroseconds = 1e6 * plainTimings.fastest
    fastestExactMicroseconds = 1e6 * exactTimings.fastest
    verified = try communicator.maximum(Int64(wrong)) == 0
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
        ) + (row.verified ? "" : "  wrong sums")
      )
    }
  }
}
