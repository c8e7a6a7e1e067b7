import Records
import Testing

@Suite("Custom lattices and baths with a wrong key or value")
struct BadCustomDeckTests {
  @Test(
    "Bad orbitals and hoppings are named",
    arguments: [
      custom("modes: [64, 48]", "modes: [64, 0]", "lattice.modes[1]", 3, "0 is out of range"),
      custom(
        "modes: [64, 48]",
        "modes: 64",
        "lattice.hoppings[0].by",
        6,
        "has 2 where the lattice"
      ),
      custom(
        "modes: [64, 48]",
        "modes: [4000000000, 4000000000]",
        "lattice.modes",
        3,
        "fewer than 2^63"
      ),
      custom(
        "modes: [64, 48]",
        "modes: [2147483648, 2147483648]",
        "lattice.modes",
        3,
        "fewer than 2^63"
      ),
      custom("modes: [64, 48]", "modes: [2, 2]\n  twist: 0", "lattice.twist", 4, "2 of them"),
      custom("modes: [64, 48]", "modes: [2, 2]\n  twist: [0]", "lattice.twist", 4, "has 1 where"),
      custom("modes: [64, 48]", "modes: [2, 2]\n  twist: [0, 3]", "lattice.twist[1]", 4, "-1 to 1"),
      custom("[up, down]", "[up, down, up]", "lattice.orbitals[2]", 4, "\"up\" is given twice"),
      custom("[up, down]", "[]", "lattice.orbitals", 4, "is an empty list"),
      custom("[up, down]", "up", "lattice.orbitals", 4, "is \"up\"; allowed is a list"),
      custom("[up, down]", "[up, [a]]", "lattice.orbitals[1]", 4, "is a list of 1"),
      custom("[up, down]", "[up, down, kind]", "lattice.orbitals[2]", 4, "cannot name an orbital"),
      custom("[up, down]", "[up, down, a.b]", "lattice.orbitals[2]", 4, "cannot name an orbital"),
      // Columns of tables are named after orbitals.
      custom("[up, down]", "[up, \"x,y\"]", "lattice.orbitals[1]", 4, "cannot name an orbital"),
      custom(
        "from: up, to: down",
        "from: top, to: down",
        "lattice.hoppings[0].from",
        6,
        "up, down"
      ),
      custom("from: up, to: down", "from: up, to: dwon", "lattice.hoppings[0].to", 6, "mean down?"),
      custom("from: up, to: down", "from: up", "lattice.hoppings[0].to", 6, "is missing"),
      custom("by: [1, 0]", "by: [1]", "lattice.hoppings[0].by", 6, "has 1 where the lattice has 2"),
      custom("by: [1, 0]", "by: [1, 0, 0]", "lattice.hoppings[0].by", 6, "has 3 where"),
      custom("by: [1, 0]", "by: 1", "lattice.hoppings[0].by", 6, "2 of them in brackets"),
      custom("by: [1, 0]", "by: [1, 0.5]", "lattice.hoppings[0].by[1]", 6, "is not an integer"),
      custom("by: [1, 0]", "by: [1, 1e30]", "lattice.hoppings[0].by[1]", 6, "is out of range"),
      custom(
        "amplitude: 0.3",
        "amplitude: [0.3, 0.1]",
        "lattice.hoppings[1].amplitude",
        7,
        "non-Hermitian; allowed is a real number"
      ),
      custom(
        "{from: up, to: up, by: [0, 0], amplitude: 0.3}",
        "{from: down, to: up, by: [-1, 0], amplitude: 1}",
        "lattice.hoppings[1]",
        7,
        "is the Hermitian conjugate of lattice.hoppings[0]"
      ),
      custom(
        "{from: up, to: up, by: [0, 0], amplitude: 0.3}",
        "{from: up, to: down, by: [1, 0], amplitude: 1}",
        "lattice.hoppings[1]",
        7,
        "repeats lattice.hoppings[0]"
      ),
    ]
  )
  func lattice(bad: BadDeck) { bad.check() }

  @Test("A custom lattice needs orbitals and hoppings")
  func required() {
    let start = "lattice:\n  model: custom\n  modes: 4\n"
    let end = "baths: {coupling: 1, thermal: {beta: 1}}"
    #expect(Sample.error(start + end)?.key == "lattice.orbitals")
    let error = Sample.error(start + "  orbitals: [a]\n" + end)
    #expect(error?.key == "lattice.hoppings")
    #expect(error?.line == 1)
    let empty = Sample.error(start + "  orbitals: [a]\n  hoppings: []\n" + end)
    #expect(empty?.line == 5)
    #expect(empty?.message.contains("is an empty list") == true)
  }

  @Test(
    "Keys of one model or kind in another say where they belong",
    arguments: [
      BadDeck(
        "modes: 100",
        "modes: 100\n  orbitals: [a]",
        "lattice.orbitals",
        4,
        "belongs to model custom, not tight-binding"
      ),
      BadDeck(
        "modes: 100",
        "modes: 100\n  alpha-y: 1",
        "lattice.alpha-y",
        4,
        "belongs to model rashba-zeeman, not tight-binding"
      ),
      custom(
        "orbitals:",
        "zeeman: 1\n  orbitals:",
        "lattice.zeeman",
        4,
        "belongs to model rashba-zeeman, not custom"
      ),
      BadDeck(
        "kind: raman",
        "kind: raman, length: 2",
        "baths.nonequilibrium.length",
        8,
        "belongs to kind correlated-dephasing, not raman"
      ),
      custom(
        "kind: jumps",
        "kind: jumps\n    delta: 2",
        "baths.nonequilibrium.delta",
        14,
        "belongs to kind raman, not jumps"
      ),
      custom(
        "kind: jumps",
        "kind: dephasing",
        "baths.nonequilibrium.operators",
        14,
        "belongs to kind jumps, not dephasing"
      ),
    ]
  )
  func elsewhere(bad: BadDeck) { bad.check() }

  @Test(
    "Bad jump operators are named",
    arguments: [
      custom("rate: 1.5", "rate: 0", "baths.nonequilibrium.operators[0].rate", 15, "above 0"),
      custom("rate: 1.5", "rate: -1", "baths.nonequilibrium.operators[0].rate", 15, "above 0"),
      custom(
        "rate: 1.5",
        "weight: 1",
        "baths.nonequilibrium.operators[0].weight",
        15,
        "rate, terms"
      ),
      custom(
        "create: {orbital: up, cell: [1, 0]}",
        "create: {orbital: left, cell: [1, 0]}",
        "baths.nonequilibrium.operators[0].terms[0].create.orbital",
        17,
        "\"left\" is not an orbital; allowed are up, down"
      ),
      custom(
        "create: {orbital: up, cell: [1, 0]}",
        "create: {orbital: up, cell: [1]}",
        "baths.nonequilibrium.operators[0].terms[0].create.cell",
        17,
        "has 1 where the lattice has 2"
      ),
      custom(
        "create: {orbital: up, cell: [1, 0]}, ",
        "",
        "baths.nonequilibrium.operators[0].terms[0].create",
        17,
        "is missing"
      ),
      custom(
        "amplitude: [1, 0], ",
        "",
        "baths.nonequilibrium.operators[0].terms[0].amplitude",
        17,
        "is missing"
      ),
    ]
  )
  func jumps(bad: BadDeck) { bad.check() }

  @Test("Empty lists of operators and terms are refused")
  func emptyLists() throws {
    let operators = try #require(
      Sample.error(Sample.custom, set: ["baths.nonequilibrium={kind: jumps, operators: []}"])
    )
    #expect(operators.key == "baths.nonequilibrium.operators")
    #expect(operators.message.contains("is an empty list"))
    let terms = try #require(
      Sample.error(Sample.custom, set: ["baths.nonequilibrium.operators[0].terms=[]"])
    )
    #expect(terms.key == "baths.nonequilibrium.operators[0].terms")
    #expect(terms.message.contains("is an empty list"))
  }

  @Test(
    "Bad dephasing is named",
    arguments: [
      bath(
        "{kind: dephasing, site: 1, up: 1}",
        ".up",
        "is an unknown key; allowed are kind, weight"
      ),
      bath("{kind: dephasing, site: -1}", ".site", "allowed is 0 or above"),
      bath("{kind: dephasing, site: 0}", "", "has no rate above 0"),
      bath("{kind: dephasing}", "", "has no rate above 0; allowed is a rate for each of site"),
      bath("{kind: correlated-dephasing, length: 0, site: 1}", ".length", "allowed is above 0"),
      bath("{kind: correlated-dephasing, length: -1, site: 1}", ".length", "allowed is above 0"),
      bath("{kind: correlated-dephasing, site: 1}", ".length", "is missing"),
      bath("[{kind: dephasing, site: 1}, {kind: dephasing, site: a}]", "[1].site", "is \"a\""),
      bath("[{kind: dephasing, site: 1}, 3]", "[1]", "is \"3\""),
      bath("raman", "", "is \"raman\"; allowed is a bath"),
    ]
  )
  func dephasing(bad: BadDeck) { bad.check() }

  @Test("Baths of the chain are refused on other lattices")
  func chainOnly() throws {
    for (kind, rest) in [
      ("raman", "delta: 1, delta-prime: 1"), ("correlated-dephasing", "length: 1, up: 1"),
    ] {
      let error = Sample.error(
        Sample.custom,
        set: ["baths.nonequilibrium={kind: \(kind), \(rest)}"]
      )
      #expect(error?.key == "baths.nonequilibrium.kind")
      #expect(error?.message.contains("acts on a chain and the lattice has 2 directions") == true)
    }
    let rashba = Sample.chain.replacing("tight-binding", with: "rashba-zeeman")
    let error = Sample.error(rashba)
    #expect(error?.key == "baths.nonequilibrium.kind")
    #expect(error?.line == 8)
    #expect(error?.message.contains("acts on one orbital and the lattice has 2") == true)
  }

  private static func custom(
    _ old: String,
    _ new: String,
    _ key: String,
    _ line: Int,
    _ saying: String
  ) -> BadDeck {
    BadDeck(old, new, in: Sample.custom, key, line, saying)
  }

  /// The chain with another bath in line 8.
  private static func bath(_ text: String, _ key: String, _ saying: String) -> BadDeck {
    BadDeck(
      "{kind: raman, delta: [1, 1], delta-prime: 0.5}",
      text,
      "baths.nonequilibrium" + key,
      8,
      saying
    )
  }
}
