extension PlotSource {
  /// Seconds against ranks, one curve for each combination of the other columns, and dashed what
  /// ideal scaling from the first point of each would give.
  func scaling(_ table: NumberTable) throws(PlotError) -> Panel {
    guard let ranks = table.place(of: "ranks"), let seconds = table.place(of: "seconds") else {
      throw error("has no columns ranks and seconds")
    }
    guard table.rows.allSatisfy({ $0[ranks] > 0 && $0[seconds] > 0 }) else {
      throw error("has ranks or seconds that are not above 0")
    }
    let others = table.columns.indices.filter { $0 != ranks && $0 != seconds }
    // In the order of the file.
    var names: [String] = []
    var groups: [String: [Curve.Point]] = [:]
    for row in table.rows {
      let name = others.map { "\(table.columns[$0]) = \(Wording.number(row[$0]))" }
        .joined(separator: ", ")
      if groups[name] == nil { names.append(name) }
      groups[name, default: []].append(.init(row[ranks], row[seconds]))
    }
    var curves: [Curve] = []
    for (hue, name) in names.enumerated() {
      let points = (groups[name] ?? []).sorted { $0.x < $1.x }
      let ideal = points.map { Curve.Point($0.x, points[0].y * points[0].x / $0.x) }
      curves.append(Curve(hue == 0 ? "ideal" : "", .reference, points: ideal))
      curves.append(Curve(name.isEmpty ? "measured" : name, .line, hue: hue, points: points))
    }
    return Panel(
      .scaling,
      horizontal: Axis("ranks", isLogarithmic: true),
      vertical: Axis("wall time (s)", isLogarithmic: true),
      curves: curves
    )
  }
}
