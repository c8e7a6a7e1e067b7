extension Deck {
  /// A nonequilibrium bath and its share of the drive.
  public struct WeightedBath: Sendable, Equatable {
    /// The weight by which drive multiplies the rates of the bath; 0 or above, default 1.
    public let weight: Double

    /// The bath.
    public let bath: Bath

    /// One bath, or a list of them.
    static func all(_ field: DeckField, on lattice: Lattice) throws(DeckError) -> [WeightedBath] {
      let wanted = "a bath such as {kind: raman, ...}, or a list of one or more"
      guard field.isList else { return [try WeightedBath(field.section(wanted), on: lattice)] }
      var baths: [WeightedBath] = []
      for item in try field.filledList(wanted) {
        baths.append(try WeightedBath(item.section("a mapping with kind"), on: lattice))
      }
      return baths
    }

    private init(_ section: DeckSection, on lattice: Lattice) throws(DeckError) {
      bath = try Bath(section, on: lattice)
      weight = try section.number("weight", .notNegative, default: 1)
    }
  }

  /// A nonequilibrium bath.
  public enum Bath: Sendable, Equatable {
    /// Jumps (c†_j + δ c†_{j+1})(c_j − δ′ c_{j+1}) on a chain with one orbital.
    case raman(delta: ComplexNumber, deltaPrime: ComplexNumber)

    /// Jumps √γ_σ c†_{jσ} c_{jσ}.
    ///
    /// One rate for each of `lattice.orbitals`, 0 or above; orbitals that the deck leaves out have 0.
    case dephasing(rates: [Double])

    /// The same with noise correlated as e^{−|R|/ξ} on a chain; ξ in cells, above 0.
    case correlatedDephasing(length: Double, rates: [Double])

    /// Any jump operators, one at least.
    case jumps(operators: [JumpOperator])

    private static let kinds = ["raman", "dephasing", "correlated-dephasing", "jumps"]

    init(_ section: DeckSection, on lattice: Lattice) throws(DeckError) {
      let kinds = Self.kinds
      let kindField = try section.required("kind", "one of \(listed(kinds))")
      let kind = try kindField.choice(kinds)
      let ownKeys = Self.ownKeys(of: kind)
      var others: [String: String] = [:]
      for other in kinds where other != kind {
        for key in Self.ownKeys(of: other) { others[key] = "kind \(other), not \(kind)" }
      }
      let orbitals = kind.hasSuffix("dephasing") ? lattice.orbitals : []
      try section.allow(["kind", "weight"] + ownKeys + orbitals, others: others)

      guard lattice.dimension == 1 || !["raman", "correlated-dephasing"].contains(kind) else {
        throw kindField.error(
          "\(kind) acts on a chain and the lattice has \(lattice.dimension) directions; allowed "
            + "are dephasing, jumps"
        )
      }
      switch kind {
      case "raman":
        guard lattice.orbitals.count == 1 else {
          throw kindField.error(
            "raman acts on one orbital and the lattice has \(lattice.orbitals.count); allowed "
              + "are dephasing, correlated-dephasing, jumps"
          )
        }
        self = .raman(
          delta: try section.required("delta", "a number, or [re, im]").complex(),
          deltaPrime: try section.required("delta-prime", "a number, or [re, im]").complex()
        )
      case "jumps":
        self = .jumps(operators: try JumpOperator.all(section, on: lattice))
      case "correlated-dephasing":
        self = .correlatedDephasing(
          length: try section.number("length", .positive),
          rates: try Self.rates(section, lattice.orbitals)
        )
      default:
        self = .dephasing(rates: try Self.rates(section, lattice.orbitals))
      }
    }

    private static func ownKeys(of kind: String) -> [String] {
      switch kind {
      case "raman": ["delta", "delta-prime"]
      case "correlated-dephasing": ["length"]
      case "jumps": ["operators"]
      default: []
      }
    }

    private static func rates(
      _ section: DeckSection,
      _ orbitals: [String]
    ) throws(DeckError) -> [Double] {
      var rates: [Double] = []
      for orbital in orbitals {
        rates.append(try section.number(orbital, .notNegative, default: 0))
      }
      guard rates.contains(where: { $0 > 0 }) else {
        throw section.error(
          "has no rate above 0; allowed is a rate for each of \(listed(orbitals)), one above 0"
        )
      }
      return rates
    }
  }
}
