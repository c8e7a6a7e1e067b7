import Dissipation
import Lattice
import Numerics
import TestSupport
import Testing
import VectorMath

@Suite("Tables by formulas")
struct FormulaTablesTests {
  private typealias Site = JumpOperator.Site

  /// One orbital with an energy, complex and long hoppings; baths of every form that has formulas.
  private static func model(dimension: Int) throws -> OpenLattice {
    let here = [Int](repeating: 0, count: dimension)
    let steps = (0..<dimension).map { direction in
      here.indices.map { $0 == direction ? 1 : 0 }
    }
    let diagonal = here.map { _ in 2 }
    var hoppings = [
      Hopping(from: 0, to: 0, by: here, amplitude: Complex(0.3, 0)),
      Hopping(from: 0, to: 0, by: diagonal, amplitude: Complex(0.25, -0.125)),
    ]
    hoppings += steps.map { Hopping(from: 0, to: 0, by: $0, amplitude: Complex(-1, 0.5)) }
    let site = { (cell: [Int]) in Site(orbital: 0, cell: cell) }
    let operators = [
      JumpOperator(
        creating: [(.one, site(here)), (Complex(1, 1), site(steps[0]))],
        annihilating: [(.one, site(here)), (Complex(-1, -0.5), site(steps[0]))]
      ),
      JumpOperator(
        rate: 0.3,
        creating: [(.one, site(diagonal))],
        annihilating: [
          (Complex(0, 2), site(here)), (.one, site(steps[0])),
          (Complex(0.5, 0), site(steps[0].map { -$0 })), (Complex(0.1, 0.7), site(diagonal)),
        ]
      ),
    ]
    return OpenLattice(
      hamiltonian: try BlochHamiltonian(dimension: dimension, orbitals: ["a"], hoppings: hoppings),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 0.5),
        WeightedBath(ThermalBath(inverseTemperature: 9), weight: 0),
        WeightedBath(JumpBath(operators: operators), weight: 0.3),
        WeightedBath(JumpBath.dephasing(rates: [1], dimension: dimension), weight: 0.2),
      ],
      coupling: 0.05
    )
  }

  private static func tables(
    of model: OpenLattice,
    on grid: MomentumGrid
  ) throws -> FormulaTables? {
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<min(8, grid.count))
    return try FormulaTables(of: model, on: grid, as: model.kernel(on: bands).separable)
  }

  /// Extents, and the twist of each direction.
  private static let lattices: [([Int], Double)] = [
    ([100], 0), ([9001], 0), ([9001], 0.25), ([60, 50], 0), ([5, 4200], 0.5), ([12, 11, 10], 0),
  ]

  @Test(
    "Tiles have the numbers of the whole tables, bit for bit",
    arguments: FormulaTablesTests.lattices,
    [false, true]
  )
  func sameBits(_ lattice: ([Int], Double), _ includesIdleBaths: Bool) throws {
    let (extents, twist) = lattice
    let grid = try MomentumGrid(extents: extents, twists: extents.map { _ in twist })
    var model = try Self.model(dimension: extents.count)
    model.includesIdleBaths = includesIdleBaths
    let whole = try ModeTables(of: model, on: grid, momenta: 0..<grid.count)
    let channels = whole.kernel.separable.channels
    let formulas = try #require(try Self.tables(of: model, on: grid))
    let room = SingleBand.tile
    let first = AlignedVector(count: room)
    let second = AlignedVector(count: room)

    func check(_ momenta: Range<Int>) {
      let padded = momenta.count.roundedUpToVectors
      formulas.band.tabulate(from: momenta.lowerBound, count: padded)
      let energies = UnsafeBufferPointer(start: formulas.band.energies, count: momenta.count)
      #expect(energies.elementsEqual(whole.energies[momenta]))
      for direction in extents.indices {
        formulas.band.writeVelocities(in: direction, to: first.pointer, count: padded)
        #expect(
          first.buffer.prefix(momenta.count).elementsEqual(whole.velocities[direction][momenta])
        )
      }
      for (r, channel) in channels.enumerated() {
        let largest = formulas.writeFactors(
          r,
          to: first.pointer,
          second.pointer,
          count: padded,
          times: (source: 0.25, sink: 8)
        )
        let source = channel.source[momenta].map { 0.25 * $0 }
        let sink = channel.sink[momenta].map { 8 * $0 }
        #expect(first.buffer.prefix(momenta.count).elementsEqual(source))
        #expect(second.buffer.prefix(momenta.count).elementsEqual(sink))
        // Those beyond the momenta count, too.
        let all = Array(first.buffer.prefix(padded)) + Array(second.buffer.prefix(padded))
        #expect(largest == all.max())
      }
    }
    #expect(channels.count == (includesIdleBaths ? 5 : 4))
    for start in stride(from: 0, to: grid.count, by: room) {
      check(start..<min(start + room, grid.count))
    }
    // In any order, and of any length.
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<20 {
      let start = Int.random(in: 0..<grid.count, using: &generator)
      check(start..<min(start + Int.random(in: 1...room, using: &generator), grid.count))
    }
  }

  @Test("What has no formulas has no such tables")
  func others() throws {
    let chain = try MomentumGrid(extents: [64])
    var model = try Self.model(dimension: 1)
    #expect(try Self.tables(of: model, on: chain) != nil)
    let (here, next) = (Site(orbital: 0, cell: [0]), Site(orbital: 0, cell: [1]))
    let without: [any Dissipator] = [
      ThermalBath(inverseTemperature: 1, spectrum: .ohmic),
      CorrelatedDephasing(length: 2, rates: [1]),
      JumpBath(operators: [
        JumpOperator(terms: [
          .init(amplitude: .one, create: here, annihilate: here),
          .init(amplitude: .one, create: next, annihilate: next),
        ])
      ]),
    ]
    for bath in without {
      model.baths[0] = WeightedBath(bath, weight: 0.5)
      #expect(try Self.tables(of: model, on: chain) == nil)
    }
    model.baths.removeFirst()
    #expect(try Self.tables(of: model, on: chain) != nil)
    #expect(try Self.tables(of: .ramanChain(drive: 0.5), on: chain) != nil)
  }

  @Test("Formulas that are not those of the kernel are an error")
  func wrong() throws {
    let chain = try MomentumGrid(extents: [1_000_000])
    let model = try Self.model(dimension: 1)
    func expectError(_ change: @escaping @Sendable ([ChannelFormula]) -> [ChannelFormula]) {
      for index in [0, 2] {
        var wrong = model
        let bath = ChangedBath(base: model.baths[index].dissipator, change: change)
        wrong.baths[index].dissipator = bath
        #expect(throws: ModelError.self) { _ = try Self.tables(of: wrong, on: chain) }
      }
    }
    expectError { $0 + $0 }
    expectError { _ in [] }
    expectError { formulas in
      formulas.map { formula in
        switch formula {
        case .thermal(let a, let c): .thermal(a: a * (1 + 0x1p-40), c: c)
        case .product(let source, let sink): .product(source: sink, sink: source)
        }
      }
    }
    // e^{−ik} for e^{ik}, which makes no difference at k = −π.
    expectError { formulas in
      formulas.map { formula in
        switch formula {
        case .thermal(let a, let c): .thermal(a: -a, c: c)
        case .product(let source, let sink): .product(source: mirrored(source), sink: sink)
        }
      }
    }
    var right = model
    let bath = ChangedBath(base: model.baths[2].dissipator) { $0 }
    right.baths[2].dissipator = bath
    #expect(try Self.tables(of: right, on: chain) != nil)
  }
}

/// A bath with other formulas than it should have.
private struct ChangedBath: Dissipator {
  let base: any Dissipator
  let change: @Sendable ([ChannelFormula]) -> [ChannelFormula]

  func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    try base.kernel(on: bands)
  }

  func formulas(on hamiltonian: BlochHamiltonian) -> [ChannelFormula]? {
    base.formulas(on: hamiltonian).map(change)
  }
}

private func mirrored(_ amplitude: ChannelFormula.Amplitude) -> ChannelFormula.Amplitude {
  ChannelFormula.Amplitude(
    factors: amplitude.factors,
    cells: amplitude.cells.map { $0.map { -$0 } }
  )
}
