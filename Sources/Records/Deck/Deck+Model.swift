extension Deck {
  /// A Hamiltonian: a preset with its parameters, or a list of hoppings.
  public enum Model: Sendable, Equatable {
    /// One orbital, `site`, and hopping to the neighbours: ε = −2J cos k.
    case tightBinding

    /// A chain with spin-orbit coupling α_y, α_z and a Zeeman field h, energies, default 0.
    case rashbaZeeman(alphaY: Double, alphaZ: Double, zeeman: Double)

    /// Any orbitals, one at least, and any hoppings, one at least.
    case custom(orbitals: [String], hoppings: [Hopping])

    /// The names of the orbitals.
    public var orbitals: [String] {
      switch self {
      case .tightBinding: ["site"]
      case .rashbaZeeman: ["up", "down"]
      case .custom(let orbitals, _): orbitals
      }
    }

    static let names = ["tight-binding", "rashba-zeeman", "custom"]

    /// The keys of `lattice` that only this model has.
    static func ownKeys(of name: String) -> [String] {
      switch name {
      case "rashba-zeeman": ["alpha-y", "alpha-z", "zeeman"]
      case "custom": ["orbitals", "hoppings"]
      default: []
      }
    }

    init(_ name: String, _ section: DeckSection, dimension: Int) throws(DeckError) {
      switch name {
      case "rashba-zeeman":
        self = .rashbaZeeman(
          alphaY: try section.number("alpha-y", .finite, default: 0),
          alphaZ: try section.number("alpha-z", .finite, default: 0),
          zeeman: try section.number("zeeman", .finite, default: 0)
        )
      case "custom":
        let orbitals = try Self.orbitals(section)
        self = .custom(
          orbitals: orbitals,
          hoppings: try Hopping.all(section, orbitals, dimension)
        )
      default:
        self = .tightBinding
      }
    }

    /// Keys that stand beside the rates of orbitals in a bath.
    private static let reserved = ["kind", "weight", "length"]

    private static func orbitals(_ section: DeckSection) throws(DeckError) -> [String] {
      let wanted = "a list of one or more names, such as [up, down]"
      var names: [String] = []
      for item in try section.required("orbitals", wanted).filledList(wanted) {
        let name = try item.text("a name")
        guard !names.contains(name) else {
          throw item.error("the name \"\(clipped(name))\" is given twice; allowed is once")
        }
        guard isName(name), !reserved.contains(name) else {
          throw item.error(
            "\"\(clipped(name))\" cannot name an orbital; allowed are up to 64 letters, digits "
              + "and signs other than . , [ ] = \" and none of \(listed(reserved))"
          )
        }
        names.append(name)
      }
      return names
    }

    private static func isName(_ text: String) -> Bool {
      text.unicodeScalars.count <= 64 && printable(text) == text
        && !text.contains { $0.isWhitespace || ".,[]=\"".contains($0) }
    }
  }
}
