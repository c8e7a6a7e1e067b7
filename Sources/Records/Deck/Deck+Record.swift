extension Deck {
  /// The section `record`: what every output holds.
  public struct Record: Sendable, Equatable {
    /// The momenta whose λ is recorded, in units of π, one number for each direction; none by default.
    ///
    /// That they lie on the grid is for the caller to check: `deck.error(at: "record.momenta[2]", …)`.
    public let momenta: [[Double]]

    init(_ section: DeckSection, on lattice: Lattice) throws(DeckError) {
      try section.allow(["momenta"])
      let wanted =
        lattice.dimension == 1
        ? "a list of numbers" : "a list of momenta, \(lattice.dimension) numbers in brackets each"
      var momenta: [[Double]] = []
      for field in try section.optional("momenta")?.list(wanted) ?? [] {
        momenta.append(
          try field.vector(lattice.dimension, "a number, in units of π") {
            component throws(DeckError) in try component.number(.finite)
          }
        )
      }
      self.momenta = momenta
    }
  }
}
