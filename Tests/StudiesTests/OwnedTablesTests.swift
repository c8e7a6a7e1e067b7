import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

/// Rates f(k) g(q) that are 1 but for those of one momentum.
private struct Peak: Dissipator {
  var momentum: Int
  var source: Double
  var sink: Double

  func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    func table(_ peak: Double) -> [Double] {
      bands.momenta.flatMap { momentum in
        [Double](repeating: momentum == self.momentum ? peak : 1, count: bands.bands)
      }
    }
    return RateKernel(
      separable: SeparableKernel(channels: [
        Channel(coupling: 1, source: table(source), sink: table(sink))
      ])
    )
  }
}

@Suite("Tables that are written block by block")
struct OwnedTablesTests {
  /// A run of some steps that reports λ of all modes, on each rank; to verify, that is to compare the engines,
  /// takes tables of all owned modes at once.
  private func outcomes(
    _ model: OpenLattice,
    extents: [Int],
    initial: InitialState = .thermal(inverseTemperature: 0.7, filling: 0.3),
    method: SteppingMethod = .auto,
    verify: Bool = false,
    ranks: Int = 1
  ) throws -> [Result<EvolveResult, any Error>] {
    let grid = try MomentumGrid(extents: extents)
    let study = EvolveStudy(
      StudySetup(
        model: model,
        grid: grid,
        initial: initial,
        recordedModes: Array(0..<grid.count * model.hamiltonian.orbitals.count),
        forces: ForceOptions(verify: verify)
      ),
      outputTimes: [0, 0.5],
      control: StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-6),
      method: method
    )
    return InProcessCommunicator.outcomes(ranks: ranks) { rank in
      var observer = SilentObserver()
      return try study.run(over: rank, observer: &observer)
    }
  }

  /// Expects λ, observables and digest to be those of tables computed at once, bit for bit.
  private func expectSame(
    _ model: OpenLattice,
    extents: [Int],
    initial: InitialState = .thermal(inverseTemperature: 0.7, filling: 0.3),
    method: SteppingMethod = .auto,
    ranks: [Int] = [1, 2, 3, 4, 7]
  ) throws {
    let whole = try outcomes(
      model,
      extents: extents,
      initial: initial,
      method: method,
      verify: true
    )[0].get()
    for count in ranks {
      let found = try outcomes(
        model,
        extents: extents,
        initial: initial,
        method: method,
        ranks: count
      )
      for result in try found.map({ try $0.get() }) {
        #expect(result.digest == whole.digest)
        #expect(result.outputs.map(\.lambda) == whole.outputs.map(\.lambda))
        #expect(result.outputs.map(\.observables) == whole.outputs.map(\.observables))
        #expect(result.statistics == whole.statistics)
      }
    }
  }

  @Test(
    "They are those computed at once, whatever the initial state",
    arguments: [
      InitialState.uniform(filling: 0.2), .thermal(inverseTemperature: 1.5, filling: 0.6),
    ]
  )
  func chain(initial: InitialState) throws {
    // Blocks that are not whole vectors, and ranks of one block and of several.
    try expectSame(
      Chain.tightBinding(beta: 2, drive: 0.5),
      extents: [3117],
      initial: initial
    )
  }

  @Test("Of λ that is given for each mode, too")
  func values() throws {
    var generator = SeededGenerator(seed: 5)
    try expectSame(
      Chain.tightBinding(beta: 2, drive: 0.5),
      extents: [2050],
      initial: .values(generator.doubles(2050, in: -3...3)),
      ranks: [1]
    )
  }

  @Test(
    "In nested, explicit and implicit steps",
    arguments: [.nested, .explicit, .implicit] as [SteppingMethod]
  )
  func methods(method: SteppingMethod) throws {
    try expectSame(
      Chain.tightBinding(beta: 2, drive: 0.5),
      extents: [8192],
      method: method,
      ranks: [1, 3]
    )
  }

  @Test("With two bands, and in two dimensions")
  func others() throws {
    try expectSame(Chain.rashba(beta: 2, drive: 0.5), extents: [1300], ranks: [1, 3])
    var model = try Chain.tightBinding(beta: 2, drive: 0.5)
    model.hamiltonian = try .tightBinding(hopping: 1, dimension: 2)
    model.baths = [WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1)]
    try expectSame(model, extents: [50, 41], ranks: [1, 2])
  }

  @Test("On more ranks than momenta")
  func few() throws {
    try expectSame(Chain.tightBinding(beta: 2, drive: 0.5), extents: [5], ranks: [7])
  }

  @Test(
    "Factors beyond the scales of the coarse lattice have those that they need",
    arguments: [(300.0, 0.25), (0x1p40, 0x1p-70), (1, 3), (-0.01, 1)]
  )
  func peaks(source: Double, sink: Double) throws {
    var model = try Chain.tightBinding(beta: 2, drive: 0.5)
    // Beyond the momenta of the coarse lattice.
    let peak = Peak(momentum: 2400, source: source, sink: sink)
    model.baths[1] = WeightedBath(peak, weight: 0.25)
    try expectSame(model, extents: [2500], ranks: [1, 3])
  }

  @Test("What is not finite has the same message, wherever it is", arguments: [1, 3])
  func notFinite(ranks: Int) throws {
    func expect(_ message: String, of model: OpenLattice) throws {
      for outcome in try outcomes(
        model,
        extents: [2500],
        initial: .uniform(filling: 0.5),
        ranks: ranks
      ) {
        let error = #expect(throws: (any Error).self) { try outcome.get() }
        #expect("\(try #require(error))".contains(message))
      }
    }
    var rates = try Chain.tightBinding(beta: 2, drive: 0.5)
    let message = "rates of a bath exceed double precision; use smaller amplitudes, rates"
    for momentum in [0, 2400] {
      for value in [Double.infinity, .nan] {
        let peak = Peak(momentum: momentum, source: 1, sink: value)
        rates.baths[1] = WeightedBath(peak, weight: 1)
        try expect(message, of: rates)
      }
    }
  }
}
