extension PlotSource {
  /// The energies of all bands (Figure 4), in the colour of the weight of the first orbital.
  func bands(_ results: Results) throws(PlotError) -> Panel {
    guard let states = results.states, !states.isEmpty, let orbital = results.orbitals?.first else {
      throw error("has no states")
    }
    guard states.allSatisfy({ $0.momentum.values.count == 1 }) else {
      throw error("has several directions; pictures of bands are for chains")
    }
    let points = states.map { state in
      Curve.Point(state.momentum.values[0], state.energy, colour: state.weights[orbital] ?? 0)
    }
    // One orbital has all the weight.
    let several = (results.orbitals?.count ?? 1) > 1
    return Panel(
      .bands,
      horizontal: Axis(Wording.momentum, range: -1...1),
      vertical: Axis(Wording.energy),
      curves: [Curve("", several ? .coloured : .marks, points: points)],
      colours: several ? Axis("weight of \(Wording.literal(orbital))", range: 0...1) : nil
    )
  }
}
