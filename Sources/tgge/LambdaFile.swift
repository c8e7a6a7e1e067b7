import Communication
import Foundation
import Kinetics
import Lattice
import Records
import VectorMath

/// λ of all modes as CSV, one row for each mode.
enum LambdaFile {
  /// Writes the file on the first rank, which receives λ slice by slice.
  ///
  /// Collective.
  ///
  /// The rows go to `path.partial`, which takes the place of `path` when it is complete.
  ///
  /// - Throws: `UsageError` on the first rank and `RemoteFailure` on the others if writing fails.
  static func write(
    _ lambda: borrowing AlignedVector,
    to path: String,
    grid: MomentumGrid,
    partition: Partition,
    comment: String,
    over communicator: some Communicator
  ) throws {
    var sink = communicator.rank == 0 ? PartialFile(for: path) : nil
    var rows: [UInt8] = []
    LambdaTable.appendComment(comment, to: &rows)
    LambdaTable.appendHeader(dimension: grid.dimension, to: &rows)
    sink?.append(rows)

    let block = 1 << 16
    for owner in 0..<partition.ranks {
      let modes = partition.modes(of: owner)
      for start in stride(from: modes.lowerBound, to: modes.upperBound, by: block) {
        let slice = start..<min(start + block, modes.upperBound)
        var values = [Double](repeating: 0, count: slice.count)
        if communicator.rank == owner {
          for (index, mode) in slice.enumerated() {
            values[index] = lambda[mode - modes.lowerBound]
          }
        }
        var span = values.mutableSpan
        try communicator.broadcast(&span, from: owner)
        guard sink != nil else { continue }
        rows.removeAll(keepingCapacity: true)
        for (index, mode) in slice.enumerated() {
          let (momentum, band) = mode.quotientAndRemainder(dividingBy: partition.bands)
          LambdaTable.appendRow(
            momentum: grid.momentum(at: momentum),
            band: band,
            lambda: values[index],
            to: &rows
          )
        }
        sink?.append(rows)
      }
    }
    try communicator.agree { try sink?.finish() }
  }
}
