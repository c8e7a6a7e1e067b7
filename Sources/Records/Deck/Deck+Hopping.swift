extension Deck {
  /// One hopping of a custom lattice: amplitude · c†_{R+by, to} c_{R, from}.
  ///
  /// Its Hermitian conjugate is implied; an on-site term with `to` = `from` stands once and is real.
  public struct Hopping: Sendable, Equatable {
    /// The orbital that is left, an index into `lattice.orbitals`.
    public let from: Int

    /// The orbital that is reached, an index into `lattice.orbitals`.
    public let to: Int

    /// The displacement in unit cells, one integer for each direction.
    public let by: [Int]

    /// The amplitude, an energy.
    public let amplitude: ComplexNumber

    /// Displacements beyond this many cells are refused.
    static let farthest = 1_000_000

    static func all(
      _ section: DeckSection,
      _ orbitals: [String],
      _ dimension: Int
    ) throws(DeckError) -> [Hopping] {
      let wanted = "a list of one or more {from, to, by, amplitude}"
      var hoppings: [Hopping] = []
      var places: [[Int]: String] = [:]
      for field in try section.required("hoppings", wanted).filledList(wanted) {
        let hopping = try Hopping(field, orbitals, dimension)
        if let place = places[hopping.pair] {
          throw field.error("repeats \(place); allowed is once, amplitudes do not add up")
        }
        if let place = places[hopping.conjugatePair] {
          throw field.error(
            "is the Hermitian conjugate of \(place), which is implied; allowed is one of the two"
          )
        }
        places[hopping.pair] = field.path
        hoppings.append(hopping)
      }
      return hoppings
    }

    private init(_ field: DeckField, _ orbitals: [String], _ dimension: Int) throws(DeckError) {
      let section = try field.section("a mapping with from, to, by, amplitude")
      try section.allow(["from", "to", "by", "amplitude"])
      from = try section.required("from", "an orbital").orbital(orbitals)
      to = try section.required("to", "an orbital").orbital(orbitals)
      by = try section.required("by", "an integer for each direction").cell(dimension)
      let amplitudeField = try section.required("amplitude", "a number, or [re, im]")
      amplitude = try amplitudeField.complex()
      if pair == conjugatePair, amplitude.imaginary != 0 {
        throw amplitudeField.error(
          "makes the on-site term of \(orbitals[from]) non-Hermitian; allowed is a real number"
        )
      }
    }

    /// The places that the hopping connects: orbitals and displacement.
    private var pair: [Int] { [from, to] + by }

    private var conjugatePair: [Int] { [to, from] + by.map { -$0 } }
  }
}

extension DeckField {
  /// The name of an orbital, as an index.
  func orbital(_ orbitals: [String]) throws(DeckError) -> Int {
    let name = try text("one of the orbitals \(listed(orbitals))")
    guard let index = orbitals.firstIndex(of: name) else {
      let hint = nearest(to: name, among: orbitals).map { "; did you mean \($0)?" } ?? ""
      throw error(
        "\"\(clipped(name))\" is not an orbital; allowed are \(listed(orbitals))\(hint)"
      )
    }
    return index
  }

  /// A unit cell, or a displacement in unit cells.
  func cell(_ dimension: Int) throws(DeckError) -> [Int] {
    try vector(dimension, "an integer") { field throws(DeckError) in
      try field.integer(-Deck.Hopping.farthest...Deck.Hopping.farthest)
    }
  }
}
