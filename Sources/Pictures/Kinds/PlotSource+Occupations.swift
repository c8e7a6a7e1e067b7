import Foundation
import Records

extension PlotSource {
  /// n of each band against momentum (Figures 5(c) and 6(b)), from λ of all modes.
  func occupations(_ table: LambdaTable) throws(PlotError) -> Panel {
    guard table.count > 0 else { throw error("has no rows") }
    let modes = (0..<table.count).map { row in
      (momentum: table.momenta[row], band: table.bands[row], lambda: table.lambdas[row])
    }
    return occupations(modes, style: .line)
  }

  /// n of the recorded modes of a steady state.
  func occupations(_ results: Results) throws(PlotError) -> Panel {
    guard let entries = results.lambda, !entries.isEmpty else {
      throw error(
        "has no recorded modes; name some in the deck as record: {momenta: [0]}, "
          + "or draw what --out lambda.csv wrote"
      )
    }
    guard entries.allSatisfy({ $0.momentum.values.count == 1 }) else {
      throw error("has several directions; pictures of occupations are for chains")
    }
    let modes = entries.map { ($0.momentum.values[0], $0.band, $0.value) }
    return occupations(modes, style: .marks)
  }

  /// n of each band against momentum.
  func occupations(
    _ modes: [(momentum: Double, band: Int, lambda: Double)],
    style: Curve.Style
  ) -> Panel {
    // Only bands that are there, however high their numbers.
    let byBand = Dictionary(grouping: modes, by: \.band)
    let count = (byBand.keys.max() ?? 0) + 1
    let curves = byBand.keys.sorted().map { band in
      Curve(
        count == 1 ? "" : Wording.band(band, of: count),
        style,
        hue: band,
        points: (byBand[band] ?? []).sorted { $0.momentum < $1.momentum }
          .map { .init($0.momentum, 1 / (1 + exp($0.lambda))) }
      ).thinned()
    }
    return Panel(
      .occupations,
      horizontal: Axis(Wording.momentum, range: -1...1),
      vertical: Axis(Wording.occupation, range: -0.03...1.03),
      curves: curves
    )
  }
}
