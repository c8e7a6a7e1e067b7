extension PlotSource {
  /// What `tgge sweep --out` wrote: one or two keys, then the currents and λ of the recorded modes.
  func sweep(_ table: NumberTable) throws(PlotError) -> [Panel] {
    guard let current = table.place(of: "current"), (1...2).contains(current) else {
      throw error("has not one or two columns, those of what was varied, before current")
    }
    let keys = Array(table.columns[..<current])
    let orbitals = places("current_", in: table).map { ($0.name, $0.place) }
    let modes = places("lambda(", in: table).compactMap { name, place in
      mode(name).map { ($0.momentum, $0.band, place) }
    }
    let points = table.rows.map { row in
      Results.Point(
        value: row[current - 1],
        values: Dictionary(zip(keys, row)) { first, _ in first },
        modes: nil,
        lambda: modes.map { .init(momentum: $0.0, band: $0.1, value: row[$0.2]) },
        current: Components([row[current]]),
        currents: Dictionary(orbitals.map { ($0.0, Components([row[$0.1]])) }) { first, _ in first }
      )
    }
    return try sweep(keys, points, bands: (modes.map(\.1).max() ?? 0) + 1)
  }

  /// The columns that begin with a word, by what follows it.
  private func places(_ start: String, in table: NumberTable) -> [(name: String, place: Int)] {
    table.columns.enumerated().filter { $0.element.hasPrefix(start) }
      .map { (String($0.element.dropFirst(start.count)), $0.offset) }
  }

  /// Momentum and band of what stands in the name of a column: `-1.0)` or `-1.0|0)`.
  private func mode(_ text: String) -> (momentum: Components, band: Int)? {
    let parts = text.dropLast().split(separator: "|")
    guard let first = parts.first else { return nil }
    let momentum = first.split(separator: ";").compactMap { Double($0) }
    let band = parts.count == 2 ? Int(parts[1]) : 0
    guard !momentum.isEmpty, let band, (0..<100).contains(band) else { return nil }
    return (Components(momentum), band)
  }
}
