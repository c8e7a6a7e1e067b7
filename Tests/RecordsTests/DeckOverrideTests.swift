import Records
import Testing

@Suite("Overrides by --set")
struct DeckOverrideTests {
  @Test("An override reaches every section, also those that the deck leaves out")
  func everySection() throws {
    let deck = try Sample.read(
      Sample.chain,
      set: [
        "lattice.modes=1000", "lattice.twist=0.5", "baths.drive=0.25", "baths.thermal.beta=3",
        "baths.nonequilibrium.delta=[0, -1]", "initial.thermal.beta=4", "time.end=1e2",
        "record.momenta=[-1, 0.5]", "forces.compression=1e-9",
      ]
    )
    #expect(deck.lattice.modes == [1000])
    #expect(deck.lattice.twist == [0.5])
    #expect(deck.baths.drive == 0.25)
    #expect(deck.baths.thermal.beta == 3)
    #expect(
      deck.baths.nonequilibrium.map(\.bath) == [
        .raman(
          delta: Deck.ComplexNumber(real: 0, imaginary: -1),
          deltaPrime: Deck.ComplexNumber(real: 0.5, imaginary: 0)
        )
      ]
    )
    #expect(deck.initial == .thermal(beta: 4, filling: 0.5))
    #expect(deck.time.end == 100)
    #expect(deck.record.momenta == [[-1], [0.5]])
    #expect(deck.forces.compression == 1e-9)
  }

  @Test("The last override of a key wins, and null takes a key out")
  func order() throws {
    let deck = try Sample.read(
      Sample.chain,
      set: [
        "time.end=1", "time.end=2", "initial={file: a.csv}", "baths.drive=0",
        "baths.nonequilibrium=null", "lattice.hopping=null",
      ]
    )
    #expect(deck.time.end == 2)
    #expect(deck.initial == .file("a.csv", nil))
    #expect(deck.baths.nonequilibrium.isEmpty)
    #expect(deck.lattice.hopping == 1)
  }

  @Test("An override reaches into lists")
  func lists() throws {
    let deck = try Sample.read(
      Sample.custom,
      set: [
        "lattice.modes[1]=7", "lattice.hoppings[1].amplitude=-2",
        "baths.nonequilibrium.operators[0].terms[0].create.cell[0]=5",
      ]
    )
    #expect(deck.lattice.modes == [64, 7])
    guard case .custom(_, let hoppings) = deck.lattice.model,
      case .jumps(let operators) = deck.baths.nonequilibrium.first?.bath
    else {
      Issue.record("not the custom deck")
      return
    }
    #expect(hoppings.map(\.amplitude.real) == [0.9, -2])
    #expect(operators.first?.terms.first?.create.cell == [5, 0])
  }

  @Test(
    "A bad value is reported with the override in place of the line",
    arguments: [
      ("baths.drive=2", "baths.drive", "2 is out of range; allowed is 0 to 1"),
      ("lattice.modes=0", "lattice.modes", "0 is out of range; allowed is 1 or above"),
      (
        "lattice.mdoes=3", "lattice.mdoes",
        "is an unknown key; allowed are model, modes, hopping, twist; did you mean modes?"
      ),
      (
        "tyme.end=3", "tyme",
        "is an unknown key; allowed are lattice, baths, initial, time, record, forces; did you mean time?"
      ),
      (
        "lattice.mdoes=null", "lattice.mdoes",
        "is an unknown key; allowed are model, modes, hopping, twist; did you mean modes?"
      ),
      ("time.end=", "time.end", "is nothing; allowed is a number, above 0, or steady"),
      (
        "time.end=.nan", "time.end",
        ".nan is not finite; allowed is a number, above 0, or steady"
      ),
      ("lattice.modes.x=1", "lattice.modes", "is \"100\", which has no keys inside"),
      ("lattice.modes[0]=1", "lattice.modes", "is not a list; write it without [ ]"),
      (
        "baths.nonequilibrium.delta[2]=1", "baths.nonequilibrium.delta[2]",
        "is past the end; allowed is baths.nonequilibrium.delta[0] to baths.nonequilibrium.delta[1]"
      ),
      (
        "record.momenta=[0, a]", "record.momenta[1]",
        "is \"a\"; allowed is a number, any finite number"
      ),
      ("lattice=4", "lattice", "is \"4\"; allowed is a mapping of keys"),
    ]
  )
  func values(assignment: String, key: String, message: String) throws {
    let error = try #require(Sample.error(Sample.chain, set: [assignment]))
    #expect(error.key == key)
    #expect(error.line == nil)
    #expect(error.description == "--set \(assignment): \(key): \(message)")
    expectOneLine(error)
  }

  @Test(
    "Bad syntax is refused",
    arguments: [
      ("", "", "has no '='"),
      ("time.end", "", "has no '='"),
      ("=3", "", "the key before '=' is empty"),
      ("  =3", "", "the key before '=' is empty"),
      (".=3", ".", "is not a key"),
      ("time..end=3", "time..end", "is not a key"),
      ("time.=3", "time.", "is not a key"),
      ("a b=3", "a b", "is not a key"),
      ("lattice.modes[=3", "lattice.modes[", "is not a key"),
      ("lattice.modes[-1]=3", "lattice.modes[-1]", "is not a key"),
      (
        "lattice.modes[99999999999999999999]=3", "lattice.modes[99999999999999999999]",
        "is not a key"
      ),
      ("[0]=3", "[0]", "is not a key"),
      ("time.end=[1", "time.end", "is not YAML"),
      ("time.end=*a", "time.end", "is not YAML"),
      ("time.end=&a 1", "time.end", "aliases"),
      ("time={end: 1, end: 2}", "time.end", "is given twice"),
      ("time.end=\u{0}", "time.end", "control character"),
      ("time.end=\n1\n\u{1B}[2J", "time.end", "control character"),
    ]
  )
  func syntax(assignment: String, key: String, saying: String) throws {
    let error = try #require(Sample.error(Sample.chain, set: [assignment]))
    #expect(error.key == key)
    #expect(error.line == nil)
    #expect(error.override != nil)
    #expect(error.message.contains(saying), "\(error)")
    expectOneLine(error)
  }

  @Test("An option that abbreviates --set is shown as the user wrote it")
  func shown() {
    let override = DeckOverride("lattice.modes=-1", shownAs: "--modes -1")
    let reader = DeckReader(fileName: "deck.yaml", overrides: [override])
    #expect {
      try reader.read(Array(Sample.chain.utf8))
    } throws: { error in
      "\(error)" == "--modes -1: lattice.modes: -1 is out of range; allowed is 1 or above"
    }
  }

  @Test("A list in the way of a key says how to reach into it")
  func listInTheWay() throws {
    let bath = "{kind: raman, delta: [1, 1], delta-prime: 0.5}"
    let text = Sample.chain.replacing(bath, with: "[\(bath)]")
    let error = try #require(Sample.error(text, set: ["baths.nonequilibrium.weight=2"]))
    #expect(error.message.contains("allowed is baths.nonequilibrium[0]"))
    let deck = try Sample.read(text, set: ["baths.nonequilibrium[0].weight=2"])
    #expect(deck.baths.nonequilibrium.map(\.weight) == [2])
  }
}
