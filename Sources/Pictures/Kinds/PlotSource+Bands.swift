extension PlotSource {
  /// The energies of all bands (Figure 4), in the colour of the weight of the first orbital.
  func bands(_ results: Results) throws(PlotError) -> Panel {
    throw error("has no bands")
  }
}
