import Records
import Testing

@Suite("Decks with a wrong key or value")
struct BadDeckTests {
  @Test(
    "Unknown and missing keys are named",
    arguments: [
      BadDeck("modes:", "mdoes:", "lattice.mdoes", 3, "did you mean modes?"),
      BadDeck("lattice:", "latice:", "latice", 1, "did you mean lattice?"),
      BadDeck(
        "coupling:",
        "strength:",
        "baths.strength",
        5,
        "allowed are coupling, drive, thermal"
      ),
      BadDeck("beta: 2.0", "beta: 2.0, mu: 0", "baths.thermal.mu", 7, "allowed are beta, spectrum"),
      BadDeck("  modes: 100\n", "", "lattice.modes", 1, "is missing"),
      BadDeck("  model: tight-binding\n", "", "lattice.model", 1, "is missing; allowed is one of"),
      BadDeck("  coupling: 0.05\n", "", "baths.coupling", 4, "is missing; allowed is a number"),
      BadDeck("  drive: 0.5\n", "", "baths.drive", 4, "is missing; allowed is a number, 0 to 1"),
      BadDeck("  thermal: {beta: 2.0}\n", "", "baths.thermal", 4, "is missing"),
      BadDeck("beta: 2.0", "", "baths.thermal.beta", 7, "is missing"),
      BadDeck("delta: [1, 1], ", "", "baths.nonequilibrium.delta", 8, "is missing"),
      BadDeck("kind: raman, ", "", "baths.nonequilibrium.kind", 8, "is missing"),
    ]
  )
  func keys(bad: BadDeck) { bad.check() }

  @Test("A deck without lattice or baths is refused without a line")
  func sections() {
    #expect(Sample.error("baths: {}")?.key == "lattice")
    let error = Sample.error("lattice: {model: tight-binding, modes: 4}")
    #expect(error?.key == "baths")
    #expect(error?.line == nil)
  }

  @Test(
    "Wrong types are named with what is allowed",
    arguments: [
      BadDeck(
        "modes: 100",
        "modes: many",
        "lattice.modes",
        3,
        "is \"many\"; allowed is an integer"
      ),
      BadDeck("modes: 100", "modes: '100'", "lattice.modes", 3, "is the text \"100\""),
      BadDeck("modes: 100", "modes: {a: 1}", "lattice.modes", 3, "is a mapping of keys"),
      BadDeck("modes: 100", "modes: true", "lattice.modes", 3, "is \"true\""),
      BadDeck("modes: 100", "modes:", "lattice.modes", 3, "is nothing"),
      BadDeck("modes: 100", "modes: 0x10", "lattice.modes", 3, "is \"0x10\""),
      BadDeck("modes: 100", "modes: 1_000", "lattice.modes", 3, "is \"1_000\""),
      BadDeck("modes: 100", "modes: 2.5", "lattice.modes", 3, "2.5 is not an integer"),
      BadDeck("drive: 0.5", "drive: half", "baths.drive", 6, "allowed is a number, 0 to 1"),
      BadDeck("drive: 0.5", "drive: [0.5]", "baths.drive", 6, "is a list of 1"),
      BadDeck("thermal: {beta: 2.0}", "thermal: 2.0", "baths.thermal", 7, "is \"2.0\""),
      BadDeck(
        "[1, 1]",
        "[1, 1, 1]",
        "baths.nonequilibrium.delta",
        8,
        "allowed is a number, or [re"
      ),
      BadDeck("[1, 1]", "[1, i]", "baths.nonequilibrium.delta[1]", 8, "is \"i\""),
      BadDeck("[1, 1]", "1+i", "baths.nonequilibrium.delta", 8, "is \"1+i\""),
      BadDeck("model: tight-binding", "model: [a]", "lattice.model", 2, "is a list of 1"),
    ]
  )
  func types(bad: BadDeck) { bad.check() }

  @Test(
    "Unknown models, kinds and spectra are named with the known ones",
    arguments: [
      BadDeck("tight-binding", "tightbinding", "lattice.model", 2, "did you mean tight-binding?"),
      BadDeck("tight-binding", "ising", "lattice.model", 2, "tight-binding, rashba-zeeman, custom"),
      BadDeck("raman", "rahman", "baths.nonequilibrium.kind", 8, "did you mean raman?"),
      BadDeck("2.0}", "2, spectrum: pink}", "baths.thermal.spectrum", 7, "symmetric, ohmic"),
    ]
  )
  func choices(bad: BadDeck) { bad.check() }

  @Test(
    "Values out of range are named with the range",
    arguments: [
      BadDeck("modes: 100", "modes: 0", "lattice.modes", 3, "0 is out of range; allowed is 1 or"),
      BadDeck("modes: 100", "modes: -5", "lattice.modes", 3, "-5 is out of range"),
      BadDeck("modes: 100", "modes: []", "lattice.modes", 3, "is an empty list"),
      BadDeck("modes: 100", "modes: [1, 2, 3, 4]", "lattice.modes", 3, "has 4 directions"),
      BadDeck("modes: 100", "modes: [4, 4]", "lattice.modes", 3, "tight-binding, which is a chain"),
      BadDeck("modes: 100", "modes: 1e30", "lattice.modes", 3, "1e30 is out of range"),
      BadDeck(
        "modes: 100",
        "modes: 99999999999999999999",
        "lattice.modes",
        3,
        "is out of range"
      ),
      BadDeck(
        "drive: 0.5",
        "drive: 1.5",
        "baths.drive",
        6,
        "1.5 is out of range; allowed is 0 to 1"
      ),
      BadDeck("drive: 0.5", "drive: -0.1", "baths.drive", 6, "allowed is 0 to 1"),
      BadDeck("coupling: 0.05", "coupling: 0", "baths.coupling", 5, "allowed is above 0"),
      BadDeck("coupling: 0.05", "coupling: -1", "baths.coupling", 5, "allowed is above 0"),
      BadDeck("beta: 2.0", "beta: -1", "baths.thermal.beta", 7, "allowed is 0 or above"),
      BadDeck("modes: 100", "modes: 100\n  hopping: 0", "lattice.hopping", 4, "allowed is above 0"),
      BadDeck(
        "modes: 100",
        "modes: 100\n  hopping: -1",
        "lattice.hopping",
        4,
        "allowed is above 0"
      ),
      BadDeck("modes: 100", "modes: 100\n  twist: 2", "lattice.twist", 4, "allowed is -1 to 1"),
      BadDeck(
        "kind: raman",
        "kind: raman, weight: -1",
        "baths.nonequilibrium.weight",
        8,
        "allowed is 0 or above"
      ),
      BadDeck(
        "{kind: raman, delta: [1, 1], delta-prime: 0.5}",
        "[]",
        "baths.nonequilibrium",
        8,
        "is an empty list"
      ),
    ]
  )
  func ranges(bad: BadDeck) { bad.check() }

  @Test(
    "NaN and infinity are refused wherever a number stands",
    arguments: [
      ".nan", ".NaN", "nan", ".inf", "-.inf", "+.Inf", "inf", "-Infinity", "1e999",
    ]
  )
  func notFinite(word: String) {
    let places = [
      ("modes: 100", "modes: %", "lattice.modes", 3),
      ("coupling: 0.05", "coupling: %", "baths.coupling", 5),
      ("drive: 0.5", "drive: %", "baths.drive", 6),
      ("beta: 2.0", "beta: %", "baths.thermal.beta", 7),
      ("[1, 1]", "[1, %]", "baths.nonequilibrium.delta[1]", 8),
      ("0.5}", "0.5}\ntime:\n  end: %", "time.end", 10),
      ("0.5}", "0.5}\nrecord:\n  momenta: [0, %]", "record.momenta[1]", 10),
    ]
    for (old, new, key, line) in places {
      BadDeck(old, new.replacing("%", with: word), key, line, "is not finite").check()
    }
  }

  @Test(
    "Bad initial states, times, records and forces are named",
    arguments: [
      tail("initial: {filling: 0}", "initial.filling", "allowed is inside (0, 1)"),
      tail("initial: {filling: 1}", "initial.filling", "allowed is inside (0, 1)"),
      tail("initial: {thermal: {beta: -2}}", "initial.thermal.beta", "allowed is 0 or above"),
      tail("initial: {thermal: {filling: 0.5}}", "initial.thermal.beta", "is missing"),
      tail("initial: {thermal: {beta: 1, filling: 2}}", "initial.thermal.filling", "(0, 1)"),
      tail("initial: {filling: 0.5, file: a.csv}", "initial.file", "stands beside filling"),
      tail("initial: {filling: 0.5, time: 2}", "initial.time", "stands without file"),
      tail("initial: {time: 2}", "initial.time", "stands without file"),
      tail("initial: {filling: 0.5, point: 2}", "initial.point", "stands without file"),
      tail("initial: {file: a.h5, point: -1}", "initial.point", "allowed is 0"),
      tail("initial: {file: a.h5, point: 1.5}", "initial.point", "allowed is"),
      tail("initial: {file: a.h5, time: 1, point: 1}", "initial.point", "stands beside time"),
      tail("initial: {file: a.h5, time: -1}", "initial.time", "allowed is 0 or above"),
      tail("initial: {file: }", "initial.file", "is nothing"),
      tail("initial: {file: [a]}", "initial.file", "is a list of 1"),
      tail("initial: {fill: 0.5}", "initial.fill", "allowed are filling, thermal, file"),
      tail("initial: 0.5", "initial", "is \"0.5\""),
      tail("initial:", "initial", "is nothing"),
      tail("time: {end: 0}", "time.end", "allowed is above 0"),
      tail("time: {end: -1}", "time.end", "allowed is above 0"),
      tail("time: {end: stead}", "time.end", "allowed is a number, above 0, or steady"),
      tail("time: {method: implict}", "time.method", "did you mean implicit?"),
      tail("time: {end: steady, outputs: 3}", "time.outputs", "2 is allowed"),
      tail("time: {end: steady, method: explicit}", "time.method", "auto or implicit is allowed"),
      tail("time: {relative-tolerance: 0}", "time.relative-tolerance", "above 0, at most 1"),
      tail("time: {absolute-tolerance: -1e-3}", "time.absolute-tolerance", "above 0, at most 1"),
      tail("time: {outputs: 1}", "time.outputs", "allowed is 2 to 1000000"),
      tail("time: {outputs: 1e30}", "time.outputs", "allowed is 2 to 1000000"),
      tail("time: {outputs: 2.5}", "time.outputs", "is not an integer"),
      tail("record: {momenta: 0.5}", "record.momenta", "allowed is a list of numbers"),
      tail("record: {momenta: [a]}", "record.momenta[0]", "is \"a\""),
      tail("record: {momenta: [0, [0, 1]]}", "record.momenta[1]", "has 2 where the lattice has 1"),
      tail("record: {momentum: [0]}", "record.momentum", "did you mean momenta?"),
      tail("forces: {compression: 0}", "forces.compression", "allowed is inside (0, 1)"),
      tail("forces: {compression: 1}", "forces.compression", "allowed is inside (0, 1)"),
      tail("forces: {compression: -1e-3}", "forces.compression", "allowed is inside (0, 1)"),
      tail("forces: {engine: direct}", "forces.engine", "allowed are compression"),
      tail("extra: 1", "extra", "is an unknown key"),
    ]
  )
  func sections(bad: BadDeck) { bad.check() }

  @Test("A drive without a bath that drives is refused")
  func driveAlone() {
    BadDeck(
      "\n  nonequilibrium: {kind: raman, delta: [1, 1], delta-prime: 0.5}",
      "",
      "baths.drive",
      6,
      "needs a bath under baths.nonequilibrium"
    ).check()
  }

  /// The chain with one more section in line 9.
  private static func tail(_ text: String, _ key: String, _ saying: String) -> BadDeck {
    BadDeck("0.5}", "0.5}\n" + text, key, 9, saying)
  }
}
