import Communication
import Foundation
import VectorMath

/// The gather of λ that the direct engine makes in each evaluation.
struct GatherRow: BenchmarkRow {
  var engine = "gather"
  let modes: Int
  let repeats: Int
  let microseconds: Double
  let fastestMicroseconds: Double
  /// The λ of the other ranks that arrive at a rank, in each second.
  let bytesPerSecondAndRank: Double
  /// Whether every rank had the λ of all.
  let verified: Bool

  /// Measures.
  ///
  /// Collective.
  init(modes: Int, repeats: Int, on communicator: some Communicator) throws {
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    let (owned, layout) = (partition.owned, partition.layout)
    var lambda = (0..<modes).map { owned.contains($0) ? Double($0) : -1 }
    var timings = Timings()
    let rounds = max(1, min(1000, (1 << 20) / modes))
    for _ in 0..<repeats {
      try timings.add(on: communicator, rounds: rounds) {
        var span = lambda.mutableSpan
        try communicator.gather(&span, layout: layout)
      }
    }
    self.modes = modes
    self.repeats = repeats
    microseconds = 1e6 * timings.median
    fastestMicroseconds = 1e6 * timings.fastest
    let others = Double(8 * (modes - owned.count))
    bytesPerSecondAndRank = others / timings.median
    let isWrong = lambda.enumerated().contains { $1 != Double($0) }
    verified = try communicator.maximum(isWrong ? 1 : 0 as Int64) == 0
  }

  /// Writes a table for people.
  static func printTable(_ rows: [GatherRow]) {
    print("\ngather of λ")
    print("         L  Allgather, µs  GB/s and rank")
    for row in rows {
      let figures = String(
        format: "%10d  %13.2f  %13.3f",
        row.modes,
        row.microseconds,
        row.bytesPerSecondAndRank * 1e-9
      )
      print(figures + (row.verified ? "" : "  wrong values"))
    }
  }
}
