extension PlotSource {
  /// λ(t) at the recorded momenta, the Gibbs values dashed (Figure 2).
  func evolution(_ results: Results) throws(PlotError) -> Panel {
    guard let outputs = results.outputs, let first = outputs.first, !first.lambda.isEmpty else {
      throw error("has no recorded modes; name some in the deck as record: {momenta: [0]}")
    }
    guard outputs.allSatisfy({ $0.lambda.count == first.lambda.count }) else {
      throw error("has not the same recorded modes in each of its outputs")
    }
    let end = outputs[outputs.count - 1].time
    let references = (results.gibbs ?? []).enumerated().map { index, entry in
      Curve(
        index == 0 ? "Gibbs state" : "",
        .reference,
        points: [.init(first.time, entry.value), .init(end, entry.value)]
      )
    }
    let curves = first.lambda.indices.map { index in
      Curve(
        Wording.mode(first.lambda[index], bands: results.bands ?? 1),
        .line,
        hue: index,
        points: outputs.map { Curve.Point($0.time, $0.lambda[index].value) }
      ).thinned()
    }
    return Panel(
      .lambda,
      horizontal: Axis(Wording.time),
      vertical: Axis(Wording.lambda),
      curves: references + curves
    )
  }
}
