extension PlotSource {
  /// λ at the recorded momenta (Figure 3(a)), if there are any, and the currents, total and by
  /// orbital (Figures 3(b), 5(a, b), 6(a)), both against the key that was varied.
  func sweep(_ results: Results) throws(PlotError) -> [Panel] {
    guard let key = results.key, let points = results.points, !points.isEmpty else {
      throw error("has no points with a key that was varied")
    }
    return try sweep(results.keys ?? [key], points, bands: results.bands ?? 1)
  }

  /// The panels of at least one point; of two keys that were varied the last one is the faster.
  func sweep(
    _ keys: [String],
    _ points: [Results.Point],
    bands: Int
  ) throws(PlotError) -> [Panel] {
    let key = keys[keys.count - 1]
    let values = points.compactMap(\.value)
    guard values.count == points.count else {
      throw error("has points without the value of \(key)")
    }
    let axis = Axis(Wording.axis(ofKey: key))
    if keys.count == 2 {
      return [try family(of: keys[0], values, points, axis)]
    }
    var panels: [Panel] = []
    if let first = points[0].lambda, !first.isEmpty {
      guard points.allSatisfy({ $0.lambda?.count == first.count }) else {
        throw error("has not the same recorded modes in each of its points")
      }
      panels.append(lambda(first, bands, key, values, points, axis))
    }
    panels.append(try currents(values, points, axis))
    return panels
  }

  /// The current against the faster of two keys, one curve for each value of the slower one.
  private func family(
    of key: String,
    _ values: [Double],
    _ points: [Results.Point],
    _ axis: Axis
  ) throws(PlotError) -> Panel {
    var parameters: [Double] = []
    for point in points {
      guard let parameter = point.values?[key] else {
        throw error("has points without the value of \(key)")
      }
      if !parameters.contains(parameter) { parameters.append(parameter) }
    }
    let curves = parameters.enumerated().map { hue, parameter in
      Curve(
        "\(key) = \(Wording.number(parameter))",
        .line,
        hue: hue,
        points: zip(values, points).filter { $0.1.values?[key] == parameter }
          .map { .init($0, $1.current.values.first ?? .nan) }
      ).thinned()
    }
    return Panel(
      .currents,
      horizontal: axis,
      vertical: Axis(Wording.current),
      curves: curves
    )
  }

  private func lambda(
    _ first: [Results.Entry],
    _ bands: Int,
    _ key: String,
    _ values: [Double],
    _ points: [Results.Point],
    _ axis: Axis
  ) -> Panel {
    // Without drive the steady state is the Gibbs state.
    var references: [Curve] = []
    if key == "baths.drive", let start = values.firstIndex(of: 0),
      let end = values.max(), end > 0
    {
      references = (points[start].lambda ?? []).enumerated().map { index, entry in
        Curve(
          index == 0 ? "Gibbs state" : "",
          .reference,
          points: [.init(0, entry.value), .init(end, entry.value)]
        )
      }
    }
    let curves = first.indices.map { index in
      Curve(
        Wording.mode(first[index], bands: bands),
        .line,
        hue: index,
        points: zip(values, points).map { .init($0, $1.lambda?[index].value ?? .nan) }
      ).thinned()
    }
    return Panel(
      .lambda,
      horizontal: axis,
      vertical: Axis(Wording.lambda),
      curves: references + curves
    )
  }

  private func currents(
    _ values: [Double],
    _ points: [Results.Point],
    _ axis: Axis
  ) throws(PlotError) -> Panel {
    let directions = points[0].current.values.count
    let orbitals = (points[0].currents ?? [:]).keys.sorted()
    var curves: [Curve] = []
    for direction in 0..<directions {
      let along = directions == 1 ? "" : " along \(direction + 1)"
      curves.append(
        Curve(
          "total" + along,
          .line,
          hue: curves.count,
          points: try series(values, points) { $0.current.values[safely: direction] }
        )
      )
      for orbital in orbitals where orbitals.count > 1 {
        curves.append(
          Curve(
            orbital + along,
            .line,
            hue: curves.count,
            points: try series(values, points) {
              $0.currents?[orbital]?.values[safely: direction]
            }
          )
        )
      }
    }
    if curves.count == 1 { curves[0].label = "" }
    return Panel(.currents, horizontal: axis, vertical: Axis(Wording.current), curves: curves)
  }

  private func series(
    _ values: [Double],
    _ points: [Results.Point],
    _ part: (Results.Point) -> Double?
  ) throws(PlotError) -> [Curve.Point] {
    let parts = points.compactMap(part)
    guard parts.count == points.count else {
      throw error("has not the same currents in each of its points")
    }
    return Curve("", .line, points: zip(values, parts).map { .init($0, $1) }).thinned().points
  }
}

extension Array {
  /// An element; nil if there is none.
  subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
