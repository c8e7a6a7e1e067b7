import Dissipation
import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Jump bath")
struct JumpBathTests {
  static func bands(_ extents: [Int], twists: [Double]? = nil) throws -> BandStructure {
    let grid = try MomentumGrid(extents: extents, twists: twists)
    return try BandStructure(
      of: .tightBinding(hopping: 1, dimension: extents.count),
      on: grid,
      momenta: 0..<grid.count
    )
  }

  /// |Σ_i A_i e^(−ip·r_i + ik·s_i)|² for one orbital, from the definition.
  static func rate(
    of jump: JumpOperator,
    from k: Int,
    to p: Int,
    on grid: MomentumGrid
  ) -> Double {
    var sum = Complex<Double>.zero
    for term in jump.terms {
      var angle = 0.0
      for (momentum, cell) in zip(grid.momentum(at: p), term.create.cell) {
        angle -= .pi * momentum * Double(cell)
      }
      for (momentum, cell) in zip(grid.momentum(at: k), term.annihilate.cell) {
        angle += .pi * momentum * Double(cell)
      }
      sum += term.amplitude * Complex(.cos(angle), .sin(angle))
    }
    return jump.rate * sum.lengthSquared
  }

  @Test(
    "Products multiplied out have the rates of their definition, in one to three dimensions",
    arguments: [[12], [5, 4], [3, 4, 2]]
  )
  func products(_ extents: [Int]) throws {
    let bands = try Self.bands(extents, twists: extents.map { _ in 0.2 })
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<10 {
      let jump = Self.product(dimension: extents.count, generator: &generator)
      let kernel = try JumpBath(operators: [jump]).kernel(on: bands)
      let amplitudes = jump.terms.reduce(0) { $0 + $1.amplitude.length }
      for k in 0..<bands.grid.count {
        for p in 0..<bands.grid.count {
          let exact = Self.rate(of: jump, from: k, to: p, on: bands.grid)
          let error = abs(kernel.rate(from: k, to: p) - exact)
          #expect(error <= 64 * .ulpOfOne * jump.rate * amplitudes * amplitudes)
        }
      }
    }
  }

  /// A product of sums over two or three different sites, without an amplitude of 1.
  static func product(dimension: Int, generator: inout SeededGenerator) -> JumpOperator {
    func factor(_ count: Int) -> [(amplitude: Complex<Double>, site: JumpOperator.Site)] {
      (0..<count).map { index in
        let parts = generator.doubles(2, in: -2...2)
        // The first component tells the sites apart.
        let rest = (1..<dimension).map { _ in Int.random(in: -2...2, using: &generator) }
        return (Complex(parts[0], parts[1]), .init(orbital: 0, cell: [index - 1] + rest))
      }
    }
    let (creating, annihilating) = (factor(2), factor(3))
    let rate = Double.random(in: 0.5...2, using: &generator)
    return JumpOperator(rate: rate, creating: creating, annihilating: annihilating)
  }

  @Test("Terms between the same sites add up")
  func sameSites() throws {
    let bands = try Self.bands([6])
    let jump = JumpOperator.raman(delta: Complex(0.5), deltaPrime: Complex(0, 2))
    let halves = jump.terms.map {
      JumpOperator.Term(amplitude: $0.amplitude / 2, create: $0.create, annihilate: $0.annihilate)
    }
    let twice = JumpOperator(terms: halves + halves)
    let expected = try JumpBath(operators: [jump]).kernel(on: bands)
    let kernel = try JumpBath(operators: [twice]).kernel(on: bands)
    for k in 0..<6 {
      for q in 0..<6 {
        let deviation = abs(kernel.rate(from: k, to: q) - expected.rate(from: k, to: q))
        #expect(deviation <= 32 * .ulpOfOne * 1.5 * 1.5 * 9)
      }
    }
  }

  @Test("An operator that is not a product is refused, or has the rates of its own definition")
  func notProduct() throws {
    let bands = try Self.bands([8])
    let here = JumpOperator.Site(orbital: 0, cell: [0])
    let next = JumpOperator.Site(orbital: 0, cell: [1])
    let product = JumpOperator.raman(delta: Complex(1, 1), deltaPrime: Complex(0.3))
    var bent = product
    bent.terms[3].amplitude *= Complex(1 + 1e-9)
    var turned = product
    turned.terms[1].amplitude *= Complex(0, 1)
    let diagonal = JumpOperator(terms: [
      .init(amplitude: 1, create: here, annihilate: here),
      .init(amplitude: 1, create: next, annihilate: next),
    ])
    for jump in [bent, turned, diagonal] {
      let result = Result { try JumpBath(operators: [jump]).kernel(on: bands) }
      switch result {
      case .failure(let error): #expect(error is ModelError)
      case .success(let kernel):
        for k in 0..<8 {
          for p in 0..<8 {
            let exact = Self.rate(of: jump, from: k, to: p, on: bands.grid)
            #expect(abs(kernel.rate(from: k, to: p) - exact) <= 1e-13)
          }
        }
      }
    }
  }

  @Test("Modes that no site of an operator knows have no rate at all, not even a rounding")
  func noWeight() throws {
    let grid = try MomentumGrid(extents: [20])
    let bands = try BandStructure(
      of: .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 0.5),
      on: grid,
      momenta: 0..<20
    )
    func site(_ orbital: Int, _ cell: Int) -> JumpOperator.Site {
      .init(orbital: orbital, cell: [cell])
    }
    // No products. The first creates nothing but down spins, the second annihilates nothing but up spins.
    let down = JumpOperator(terms: [
      .init(amplitude: Complex(-0.75, -0.23), create: site(1, 0), annihilate: site(0, 0)),
      .init(amplitude: Complex(0.83, 0.27), create: site(1, -1), annihilate: site(0, 1)),
      .init(amplitude: Complex(0.49, -0.36), create: site(1, 1), annihilate: site(1, -1)),
      .init(amplitude: Complex(0.5, 0.94), create: site(1, 0), annihilate: site(0, -1)),
    ])
    let up = JumpOperator(
      rate: 0.7,
      terms: [
        .init(amplitude: Complex(1, 0.2), create: site(0, 0), annihilate: site(0, 0)),
        .init(amplitude: Complex(0.5, -0.6), create: site(1, 1), annihilate: site(0, -1)),
      ]
    )
    let first = try JumpBath(operators: [down]).kernel(on: bands).separable
    let second = try JumpBath(operators: [up]).kernel(on: bands).separable
    // At k = −π and 0 the bands are pure: the upper one has up spins alone.
    for momentum in [0, 10] {
      for channel in first.channels { #expect(channel.sink[2 * momentum] == 0) }
      for channel in second.channels { #expect(channel.source[2 * momentum + 1] == 0) }
    }
    #expect(
      first.channels.contains { $0.sink[1] != 0 } && second.channels.contains { $0.source[0] != 0 }
    )
  }

  @Test("The rates of several operators add up, each times its own rate")
  func severalOperators() throws {
    let bands = try Self.bands([7])
    var generator = SeededGenerator(seed: 42)
    let jumps = (0..<3).map { _ in Self.product(dimension: 1, generator: &generator) }
    let kernel = try JumpBath(operators: jumps).kernel(on: bands)
    let size = jumps.reduce(0) { sum, jump in
      let amplitudes = jump.terms.reduce(0) { $0 + $1.amplitude.length }
      return sum + jump.rate * amplitudes * amplitudes
    }
    for k in 0..<7 {
      for p in 0..<7 {
        var exact = 0.0
        for jump in jumps { exact += Self.rate(of: jump, from: k, to: p, on: bands.grid) }
        #expect(abs(kernel.rate(from: k, to: p) - exact) <= 64 * .ulpOfOne * size)
      }
    }
  }

  @Test("A range of momenta has the factors of the whole, bit for bit")
  func ranges() throws {
    let bands = try Self.bands([40])
    let part = try BandStructure(of: .tightBinding(hopping: 1), on: bands.grid, momenta: 11..<29)
    var generator = SeededGenerator(seed: 43)
    let bath = JumpBath(operators: [Self.product(dimension: 1, generator: &generator)])
    let (whole, slice) = (try bath.kernel(on: bands), try bath.kernel(on: part))
    #expect(slice.separable.channels.map(\.coupling) == whole.separable.channels.map(\.coupling))
    for (channel, all) in zip(slice.separable.channels, whole.separable.channels) {
      #expect(channel.source == Array(all.source[11..<29]))
      #expect(channel.sink == Array(all.sink[11..<29]))
    }
  }

  @Test("An operator has terms")
  func empty() throws { try expectError("no terms", JumpOperator(terms: [])) }

  @Test(
    "An operator's rate is finite and not negative",
    arguments: [-1, -.infinity, .infinity, Double.nan]
  )
  func rate(_ rate: Double) throws {
    var jump = JumpOperator.raman(delta: 1, deltaPrime: 1)
    jump.rate = rate
    try expectError("rate", jump)
  }

  @Test("An operator acts on orbitals of the lattice", arguments: [-1, 1])
  func orbital(_ orbital: Int) throws {
    let site = JumpOperator.Site(orbital: orbital, cell: [0])
    let here = JumpOperator.Site(orbital: 0, cell: [0])
    for (create, annihilate) in [(site, here), (here, site)] {
      let term = JumpOperator.Term(amplitude: 1, create: create, annihilate: annihilate)
      try expectError("orbital", JumpOperator(terms: [term]))
    }
  }

  @Test("An operator's cells have the dimension of the lattice", arguments: [[], [0, 0]])
  func cell(_ cell: [Int]) throws {
    let site = JumpOperator.Site(orbital: 0, cell: cell)
    let here = JumpOperator.Site(orbital: 0, cell: [0])
    for (create, annihilate) in [(site, here), (here, site)] {
      let term = JumpOperator.Term(amplitude: 1, create: create, annihilate: annihilate)
      try expectError("cell", JumpOperator(terms: [term]))
    }
  }

  /// The second of two operators is refused, with its number and a word that tells why.
  private func expectError(_ word: String, _ jump: JumpOperator) throws {
    let bands = try Self.bands([4])
    let sound = JumpOperator.raman(delta: 1, deltaPrime: 1)
    let error = #expect(throws: ModelError.self) {
      try JumpBath(operators: [sound, jump]).kernel(on: bands)
    }
    #expect(error?.description.contains("jump operator 2") == true)
    #expect(error?.description.contains(word) == true)
  }
}
