import Foundation

extension PlotSource {
  /// |I(L) − I(∞)| on a logarithmic scale, the fitted decay e^{−κL} dashed.
  func finiteSizeError(_ results: Results) throws(PlotError) -> Panel {
    guard let points = results.points, !points.isEmpty, let limit = results.limit else {
      throw error("has no points with a limit")
    }
    var curves: [Curve] = []
    for (direction, end) in limit.values.enumerated() {
      // What is exact has no place on a logarithmic scale.
      let errors = points.compactMap { point -> Curve.Point? in
        guard let size = point.modes?.values.first,
          let current = point.current.values[safely: direction], current != end
        else { return nil }
        return .init(size, abs(current - end))
      }
      guard !errors.isEmpty else { continue }
      let along = limit.values.count == 1 ? "" : ", direction \(direction + 1)"
      if let rate = results.decayRate { curves.append(decay(rate, through: errors)) }
      curves.append(Curve("|I(L) − I(∞)|" + along, .marks, hue: direction, points: errors))
    }
    guard !curves.isEmpty else { throw error("has no point that differs from the limit") }
    return Panel(
      .error,
      horizontal: Axis("lattice size L (unit cells)"),
      vertical: Axis("finite-size error of I (energy unit/ħ)", isLogarithmic: true),
      curves: curves
    )
  }

  /// A e^{−κL} with the A that fits the logarithms best.
  private func decay(_ rate: Double, through errors: [Curve.Point]) -> Curve {
    let logarithms = errors.map { log($0.y) + rate * $0.x }
    let offset = logarithms.reduce(0, +) / Double(logarithms.count)
    let sizes = errors.map(\.x)
    let ends = [sizes.min() ?? 0, sizes.max() ?? 0]
    return Curve(
      "A exp(−κL), κ = " + Wording.number(rate),
      .reference,
      points: ends.map { .init($0, exp(offset - rate * $0)) }
    )
  }
}
