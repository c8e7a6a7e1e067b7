extension Deck {
  /// The section `lattice`: a lattice in one to three directions and its Hamiltonian.
  public struct Lattice: Sendable, Equatable {
    /// The Hamiltonian by name, or hopping by hopping.
    public let model: Model

    /// The number of unit cells in each direction, one to three of them, each 1 or above.
    ///
    /// The number of modes, their product times the number of orbitals, fits into an `Int`.
    public let modes: [Int]

    /// J, the energy that sets the scale of the bands and, times ε, of all rates; above 0, default 1.
    public let hopping: Double

    /// The boundary phase of each direction in units of 2π, -1 to 1, default 0.
    public let twist: [Double]

    /// The number of directions, 1 to 3.
    public var dimension: Int { modes.count }

    /// The names of the orbitals; indices elsewhere in the deck point here.
    public var orbitals: [String] { model.orbitals }

    init(_ section: DeckSection) throws(DeckError) {
      let names = Model.names
      let name = try section.required("model", "one of \(listed(names))").choice(names)
      let keys = ["model", "modes", "hopping", "twist"] + Model.ownKeys(of: name)
      var others: [String: String] = [:]
      for other in names where other != name {
        for key in Model.ownKeys(of: other) { others[key] = "model \(other), not \(name)" }
      }
      try section.allow(keys, others: others)

      let modesField = try section.required("modes", "an integer, 1 or above")
      let modes = try Self.modes(modesField)
      guard name == "custom" || modes.count == 1 else {
        throw modesField.error(
          "has \(modes.count) directions; allowed for \(name), which is a chain, is one number"
        )
      }
      let model = try Model(name, section, dimension: modes.count)
      try Self.checkCount(modes + [model.orbitals.count], modesField)

      self.modes = modes
      self.model = model
      hopping = try section.number("hopping", .positive, default: 1)
      twist =
        try section.optional("twist")?.vector(modes.count, "a number, -1 to 1") {
          field throws(DeckError) in try field.number(.oneTurn)
        } ?? modes.map { _ in 0 }
    }

    private static func modes(_ field: DeckField) throws(DeckError) -> [Int] {
      guard field.isList else { return [try field.integer(1...Int.max)] }
      let wanted = "an integer, or one to three of them in brackets"
      let items = try field.filledList(wanted)
      guard items.count <= 3 else {
        throw field.error("has \(items.count) directions; allowed is \(wanted)")
      }
      var modes: [Int] = []
      for item in items { modes.append(try item.integer(1...Int.max)) }
      return modes
    }

    private static func checkCount(_ factors: [Int], _ field: DeckField) throws(DeckError) {
      var product = 1
      for factor in factors {
        let (value, overflows) = product.multipliedReportingOverflow(by: factor)
        guard !overflows else {
          throw field.error("gives more modes than can be counted; allowed are fewer than 2^63")
        }
        product = value
      }
    }
  }
}
