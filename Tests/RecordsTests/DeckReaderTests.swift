import Records
import Testing

@Suite("Decks that are read")
struct DeckReaderTests {
  @Test("A deck with only what is required takes the documented defaults")
  func defaults() throws {
    let deck = try Sample.read(
      """
      lattice: {model: tight-binding, modes: 4}
      baths: {coupling: 0.1, thermal: {beta: 0}}
      """
    )
    #expect(deck.lattice.model == .tightBinding)
    #expect(deck.lattice.modes == [4])
    #expect(deck.lattice.dimension == 1)
    #expect(deck.lattice.orbitals == ["site"])
    #expect(deck.lattice.hopping == 1)
    #expect(deck.lattice.twist == [0])
    #expect(deck.baths.coupling == 0.1)
    #expect(deck.baths.drive == 0)
    #expect(deck.baths.thermal.beta == 0)
    #expect(deck.baths.thermal.spectrum == .symmetric)
    #expect(deck.baths.nonequilibrium.isEmpty)
    #expect(deck.initial == .filling(0.5))
    #expect(deck.time.end == 400)
    #expect(deck.time.relativeTolerance == 1e-10)
    #expect(deck.time.absoluteTolerance == 1e-10)
    #expect(deck.time.outputs == 2)
    #expect(deck.time.method == "auto" && !deck.time.endsSteady)
    #expect(deck.record.momenta.isEmpty)
    #expect(deck.forces.compression == nil)
  }

  @Test("The deck of the paper's second figure gives all its values")
  func figure() throws {
    let deck = try Sample.read(
      """
      # The driven chain
      lattice:
        model: tight-binding        # a *comment* with 'quotes & signs
        modes: 1e2
        hopping: 2.0
        twist: 0.25
      baths:
        coupling: 0.05
        drive: 0.5
        thermal: {beta: 2.0, spectrum: ohmic}
        nonequilibrium: {kind: raman, delta: [1, 1], delta-prime: [1, 0.5]}
      initial: {filling: 0.4}
      time: {method: implicit, end: 40, relative-tolerance: 1e-9, absolute-tolerance: 1e-8, outputs: 41}
      record: {momenta: [-1, -0.6, [0.2]]}
      forces: {compression: 1e-12}
      """
    )
    #expect(deck.lattice.modes == [100])
    #expect(deck.lattice.hopping == 2)
    #expect(deck.lattice.twist == [0.25])
    #expect(deck.baths.thermal.spectrum == .ohmic)
    #expect(deck.baths.nonequilibrium.map(\.weight) == [1])
    #expect(
      deck.baths.nonequilibrium.map(\.bath) == [
        .raman(
          delta: Deck.ComplexNumber(real: 1, imaginary: 1),
          deltaPrime: Deck.ComplexNumber(real: 1, imaginary: 0.5)
        )
      ]
    )
    #expect(deck.initial == .filling(0.4))
    #expect(deck.time.end == 40)
    #expect(deck.time.relativeTolerance == 1e-9)
    #expect(deck.time.absoluteTolerance == 1e-8)
    #expect(deck.time.outputs == 41)
    #expect(deck.time.method == "implicit")
    #expect(deck.record.momenta == [[-1], [-0.6], [0.2]])
    #expect(deck.forces.compression == 1e-12)
  }

  @Test("The Rashba-Zeeman chain has its parameters and dephasing by orbital")
  func rashba() throws {
    let deck = try Sample.read(
      """
      lattice: {model: rashba-zeeman, modes: 10, alpha-y: 0.3, alpha-z: -0.4, zeeman: 0.1}
      baths:
        coupling: 0.05
        drive: 0.91
        thermal: {beta: 2}
        nonequilibrium:
          - {kind: dephasing, up: 1, weight: 0.5}
          - {kind: correlated-dephasing, length: 3, down: 0.7}
      initial: {thermal: {beta: 1, filling: 0.25}}
      """
    )
    #expect(deck.lattice.model == .rashbaZeeman(alphaY: 0.3, alphaZ: -0.4, zeeman: 0.1))
    #expect(deck.lattice.orbitals == ["up", "down"])
    #expect(deck.baths.nonequilibrium.map(\.weight) == [0.5, 1])
    #expect(
      deck.baths.nonequilibrium.map(\.bath) == [
        .dephasing(rates: [1, 0]), .correlatedDephasing(length: 3, rates: [0, 0.7]),
      ]
    )
    #expect(deck.initial == .thermal(beta: 1, filling: 0.25))
  }

  @Test("A custom lattice in two directions has hoppings and jumps with orbitals as indices")
  func custom() throws {
    let deck = try Sample.read(Sample.custom, set: ["record.momenta=[[0, 0.5], [-1, 0.25]]"])
    guard case .custom(let orbitals, let hoppings) = deck.lattice.model else {
      Issue.record("not a custom model")
      return
    }
    #expect(orbitals == ["up", "down"])
    #expect(hoppings.map(\.from) == [0, 0])
    #expect(hoppings.map(\.to) == [1, 0])
    #expect(hoppings.map(\.by) == [[1, 0], [0, 0]])
    #expect(hoppings.map(\.amplitude.real) == [0.9, 0.3])
    #expect(hoppings.map(\.amplitude.imaginary) == [0.1, 0])
    #expect(deck.lattice.modes == [64, 48])
    #expect(deck.lattice.twist == [0, 0])
    guard case .jumps(let operators) = deck.baths.nonequilibrium.first?.bath else {
      Issue.record("not a bath of jumps")
      return
    }
    #expect(operators.map(\.rate) == [1.5])
    let term = try #require(operators.first?.terms.first)
    #expect(term.amplitude == Deck.ComplexNumber(real: 1, imaginary: 0))
    #expect(term.create.orbital == 0)
    #expect(term.create.cell == [1, 0])
    #expect(term.annihilate.orbital == 1)
    #expect(term.annihilate.cell == [0, 0])
    #expect(deck.record.momenta == [[0, 0.5], [-1, 0.25]])
  }

  @Test("In one direction a displacement, a cell and a twist may stand without brackets")
  func scalars() throws {
    let deck = try Sample.read(
      """
      lattice:
        model: custom
        modes: [12]
        twist: [0.5]
        orbitals: [a]
        hoppings: [{from: a, to: a, by: 1, amplitude: [0, -1]}]
      baths:
        coupling: 1
        drive: 1
        thermal: {beta: 1}
        nonequilibrium:
          kind: jumps
          operators: [{rate: 1, terms: [{amplitude: 1, create: {orbital: a, cell: 1}, annihilate: {orbital: a, cell: -2}}]}]
      initial: {file: "lambda one.csv"}
      """
    )
    #expect(deck.lattice.twist == [0.5])
    #expect(deck.initial == .file("lambda one.csv", nil))
    guard case .custom(_, let hoppings) = deck.lattice.model else {
      Issue.record("not a custom model")
      return
    }
    #expect(hoppings.map(\.by) == [[1]])
  }

  @Test("Errors that later stages find name line, override or the nearest section")
  func laterErrors() throws {
    let deck = try Sample.read(
      Sample.chain + "\nrecord:\n  momenta: [-1,\n    0.3]",
      set: ["lattice.hopping=3"]
    )
    let own = deck.error(at: "record.momenta[1]", "is off the grid")
    #expect(own.description == "deck.yaml:11: record.momenta[1]: is off the grid")
    #expect(deck.error(at: "record.momenta[7]", "").line == 10)
    #expect(deck.error(at: "lattice.twist", "").line == 1)
    #expect(deck.error(at: "time.end", "").line == nil)
    let set = deck.error(at: "lattice.hopping", "is too large")
    #expect(set.line == nil)
    #expect(set.description == "--set lattice.hopping=3: lattice.hopping: is too large")
  }

  @Test("A line of the file stays right behind comments, blank lines and carriage returns")
  func lines() {
    let text = "\u{FEFF}# one\r\n\r\n" + Sample.chain.replacing("\n", with: "\r\n")
    let error = Sample.error(text.replacing("drive: 0.5", with: "drive: 1.5"))
    #expect(
      error?.description
        == "deck.yaml:8: baths.drive: 1.5 is out of range; allowed is 0 to 1"
    )
  }
}
