extension Deck {
  /// A jump operator in every cell: L_R = √(J·rate) Σ amplitude · c†_{R+cell, orbital} c_{R+cell, orbital}.
  public struct JumpOperator: Sendable, Equatable {
    /// The place of an operator c† or c, relative to the cell R.
    public struct Place: Sendable, Equatable {
      /// The orbital, an index into `lattice.orbitals`.
      public let orbital: Int

      /// The displacement in unit cells, one integer for each direction.
      public let cell: [Int]

      init(_ field: DeckField, on lattice: Lattice) throws(DeckError) {
        let section = try field.section("a mapping with orbital, cell")
        try section.allow(["orbital", "cell"])
        orbital = try section.required("orbital", "an orbital").orbital(lattice.orbitals)
        cell = try section.required("cell", "an integer for each direction")
          .cell(lattice.dimension)
      }
    }

    /// One term of the sum.
    public struct Term: Sendable, Equatable {
      /// The amplitude, dimensionless.
      public let amplitude: ComplexNumber

      /// Where c† acts.
      public let create: Place

      /// Where c acts.
      public let annihilate: Place

      init(_ field: DeckField, on lattice: Lattice) throws(DeckError) {
        let section = try field.section("a mapping with amplitude, create, annihilate")
        try section.allow(["amplitude", "create", "annihilate"])
        let wanted = "a mapping with orbital, cell"
        amplitude = try section.required("amplitude", "a number, or [re, im]").complex()
        create = try Place(section.required("create", wanted), on: lattice)
        annihilate = try Place(section.required("annihilate", wanted), on: lattice)
      }
    }

    /// The rate in units of J, above 0, required.
    public let rate: Double

    /// The terms, one at least.
    public let terms: [Term]

    static func all(_ section: DeckSection, on lattice: Lattice) throws(DeckError) -> [JumpOperator]
    {
      let wanted = "a list of one or more {rate, terms}"
      var operators: [JumpOperator] = []
      for field in try section.required("operators", wanted).filledList(wanted) {
        operators.append(try JumpOperator(field, on: lattice))
      }
      return operators
    }

    private init(_ field: DeckField, on lattice: Lattice) throws(DeckError) {
      let section = try field.section("a mapping with rate, terms")
      try section.allow(["rate", "terms"])
      rate = try section.number("rate", .positive)
      let wanted = "a list of one or more {amplitude, create, annihilate}"
      var terms: [Term] = []
      for item in try section.required("terms", wanted).filledList(wanted) {
        terms.append(try Term(item, on: lattice))
      }
      self.terms = terms
    }
  }
}
