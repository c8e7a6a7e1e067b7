import CProcessor
import Communication
import Foundation
import MPICommunication

/// A line of a benchmark.
protocol BenchmarkRow: Encodable {}

/// Where and with what a line was measured; the same keys in every line of JSON.
private struct Conditions: Encodable {
  /// As against what benchmarks/simulate computes.
  var kind = "measured"
  let ranks: Int
  let processor = String(cString: tgge_processor_brand())
  /// Version, MPI library, and the vectors that the compiler was allowed.
  let build =
    "tgge \(Version.number), \(MPILibrary.builtWith), "
    + "\(8 * tgge_processor_compiled_vector_bytes())-bit vectors"
}

/// A row and its conditions as one flat object.
private struct Line<Row: BenchmarkRow>: Encodable {
  let row: Row
  let conditions: Conditions

  func encode(to encoder: any Encoder) throws {
    try row.encode(to: encoder)
    try conditions.encode(to: encoder)
  }
}

extension BenchmarkRow {
  /// The row as one line of JSON.
  fileprivate func json(_ conditions: Conditions) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(Line(row: self, conditions: conditions))
    return String(decoding: data, as: UTF8.self)
  }
}

/// Writes the rows of a benchmark from the first rank, as lines of JSON or as the tables of `printTables`.
///
/// Collective: what the first rank cannot write stops all.
func report(
  _ rows: [any BenchmarkRow],
  asJSON: Bool,
  on communicator: some Communicator,
  printTables: () -> Void
) throws {
  try communicator.agree {
    guard communicator.rank == 0 else { return }
    let conditions = Conditions(ranks: communicator.size)
    guard !asJSON else { return try rows.forEach { print(try $0.json(conditions)) } }
    let ranks = conditions.ranks
    print("\(conditions.processor), \(Summary.ranks(ranks))")
    printTables()
  }
}
