import Foundation

/// What is to be said about a run beside its result: a table of two columns.
struct Summary {
  private var rows: [(name: String, text: String)] = []

  /// Adds a row.
  mutating func add(_ name: String, _ text: String) { rows.append((name, text)) }

  /// The rows, one line for each.
  var text: String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { row in
      row.name + String(repeating: " ", count: width + 2 - row.name.count) + row.text
    }.joined(separator: "\n")
  }

  /// How many ranks, in words.
  static func ranks(_ count: Int) -> String { "\(count) \(count == 1 ? "rank" : "ranks")" }
}
