import Dissipation
import Lattice
import Testing

@Suite("Mode tables")
struct ModeTablesTests {
  private static func model(dimension: Int) throws -> OpenLattice {
    let here = JumpOperator.Site(orbital: 0, cell: [Int](repeating: 0, count: dimension))
    var next = here
    next.cell[0] = 1
    let jump = JumpOperator(
      creating: [(.one, here), (.init(1, 1), next)],
      annihilating: [(.one, here), (.init(-1, -0.5), next)]
    )
    return OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1, dimension: dimension),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 0.5),
        WeightedBath(JumpBath(operators: [jump]), weight: 0.5),
      ],
      coupling: 0.05
    )
  }

  private static let cases: [([Int], Range<Int>)] = [
    ([100], 0..<100), ([100], 17..<64), ([5000], 0..<5000), ([5000], 1000..<3100),
    ([60, 50], 1..<2999),
    ([12, 11, 10], 100..<1300),
  ]

  @Test(
    "Tables of a range have the bands of that range, longer than a block or not",
    arguments: cases
  )
  func bands(_ extents: [Int], _ momenta: Range<Int>) throws {
    let grid = try MomentumGrid(extents: extents)
    let model = try Self.model(dimension: extents.count)
    let tables = try ModeTables(of: model, on: grid, momenta: momenta)
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: momenta)
    #expect(tables.momenta == momenta)
    #expect(tables.bands == bands.bands)
    #expect(tables.energies == bands.energies)
    #expect(tables.velocities.count == extents.count * bands.bands)
    for (table, velocities) in tables.velocities.enumerated() {
      let (direction, orbital) = table.quotientAndRemainder(dividingBy: bands.bands)
      #expect(velocities == bands.velocity(ofOrbital: orbital, direction: direction))
    }
  }

  @Test(
    "Tables of a range have the rates of that range, longer than a block or not",
    arguments: cases
  )
  func rates(_ extents: [Int], _ momenta: Range<Int>) throws {
    let grid = try MomentumGrid(extents: extents)
    let model = try Self.model(dimension: extents.count)
    let tables = try ModeTables(of: model, on: grid, momenta: momenta)
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: momenta)
    #expect(try tables.kernel == model.kernel(on: bands))
  }

  @Test("Tables of slices put together are the whole")
  func slices() throws {
    let grid = try MomentumGrid(extents: [3000])
    let model = try Self.model(dimension: 1)
    let whole = try ModeTables(of: model, on: grid, momenta: 0..<3000)
    var (energies, sources): ([Double], [Double]) = ([], [])
    for slice in [0..<1, 1..<1500, 1500..<1500, 1500..<3000] {
      let part = try ModeTables(of: model, on: grid, momenta: slice)
      energies += part.energies
      sources += part.kernel.separable.channels[1].source
    }
    #expect(energies == whole.energies)
    #expect(sources == whole.kernel.separable.channels[1].source)
  }

  @Test("Tables of no momenta are empty and have all channels")
  func empty() throws {
    let grid = try MomentumGrid(extents: [10])
    let tables = try ModeTables(of: Self.model(dimension: 1), on: grid, momenta: 10..<10)
    #expect(tables.energies.isEmpty)
    #expect(tables.velocities == [[]])
    #expect(tables.kernel.separable.channels.map(\.coupling) == [0.5, 0.5])
    #expect(tables.kernel.separable.channels.allSatisfy { $0.source.isEmpty && $0.sink.isEmpty })
  }

  @Test("A model that does not fit the grid is refused")
  func misfit() throws {
    let grid = try MomentumGrid(extents: [4, 4])
    #expect(throws: ModelError.self) {
      try ModeTables(of: Self.model(dimension: 1), on: grid, momenta: 0..<16)
    }
  }
}
