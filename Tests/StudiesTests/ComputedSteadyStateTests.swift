import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import RealModule
import Studies
import TestSupport
import Testing

@Suite("Steady states of large lattices, without tables of all modes")
struct ComputedSteadyStateTests {
  @Test(
    "One pass finds the state that tables have, at all drives",
    arguments: [0, 0.3, 0.5, 1]
  )
  func chain(_ drive: Double) throws {
    for (beta, filling) in [(0.5, 0.5), (2, 0.2), (5, 0.5)] {
      let setup = try LargeLattice.setup(
        Chain.tightBinding(beta: beta, drive: drive),
        initial: .uniform(filling: filling)
      )
      let found = try SteadyStudy(setup).run(over: SerialCommunicator())
      #expect(found.iterations == 1)
      LargeLattice.expectSame(found, try LargeLattice.alone(setup))
    }
  }

  @Test("Two bands, and a thermal initial state")
  func bands() throws {
    let setup = try LargeLattice.setup(
      Chain.rashba(beta: 2, drive: 0.5),
      initial: .thermal(inverseTemperature: 1, filling: 0.3)
    )
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    #expect(found.iterations == 1)
    LargeLattice.expectSame(found, try LargeLattice.alone(setup))
  }

  @Test("A plane, whose coarse lattice has 32 by 32 momenta")
  func plane() throws {
    let origin = JumpOperator.Site(orbital: 0, cell: [0, 0])
    let right = JumpOperator.Site(orbital: 0, cell: [1, 0])
    let model = OpenLattice(
      hamiltonian: try BlochHamiltonian(
        dimension: 2,
        orbitals: ["s"],
        hoppings: [
          Hopping(from: 0, to: 0, by: [1, 0], amplitude: Complex(-1)),
          Hopping(from: 0, to: 0, by: [0, 1], amplitude: Complex(-0.5)),
        ]
      ),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 1), weight: 0.5, slope: -1),
        WeightedBath(
          JumpBath(operators: [
            JumpOperator(
              rate: 1,
              creating: [(.one, origin), (.i, right)],
              annihilating: [(.one, origin), (.one, right)]
            )
          ]),
          weight: 0.5,
          slope: 1
        ),
      ],
      coupling: 0.05
    )
    let setup = StudySetup(
      model: model,
      grid: try MomentumGrid(extents: [200, 160], twists: [0.25, 0]),
      recordedModes: Array(stride(from: 0, to: 32_000, by: 97))
    )
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    LargeLattice.expectSame(found, try LargeLattice.alone(setup))
    #expect(abs(found.observables.current[0]) > 1e-3)
  }

  @Test("A bath that gives its kernel and no formulas has the same state, bit for bit")
  func withoutFormulas() throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.3)
    var plain = model
    for index in plain.baths.indices {
      plain.baths[index].dissipator = PlainBath(base: model.baths[index].dissipator)
    }
    // Not whole blocks, tiles or vectors.
    for momenta in [24_576, 31_003] {
      let (found, other) = (
        try SteadyStudy(LargeLattice.setup(model, momenta: momenta)).run(
          over: SerialCommunicator()
        ),
        try SteadyStudy(LargeLattice.setup(plain, momenta: momenta)).run(over: SerialCommunicator())
      )
      #expect(found.iterations == 1)
      #expect(found.digest == other.digest && found.lambda == other.lambda)
      #expect(found.observables == other.observables)
      #expect(found.certificate == other.certificate)
    }
  }

  /// Sums of derivatives keep 36 bits, with roundings that average out.
  @Test("The responses to the drive are those of the reference, to 2^-40")
  func responses() throws {
    for response in try Reference.responses() where response.model == 1 {
      let setup = try LargeLattice.setup(Chain.tightBinding(beta: 2, drive: response.drive))
      let found = try SteadyStudy(setup).run(over: SerialCommunicator())
      #expect(abs((found.driveSlope?[0] ?? .nan) - response.slope) < 0x1p-40)
    }
  }

  @Test("Moments that the coarse lattice does not have are noticed, and found on the large one")
  func sharp() throws {
    let setup = try LargeLattice.setup(Chain.rashba(beta: 5, drive: 0.5, zeeman: 0.01))
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    #expect(found.iterations > 1)
    LargeLattice.expectSame(found, try LargeLattice.alone(setup))
  }

  @Test(
    "Modes without any rate keep what they have; the caller is told of the memory of the tables"
  )
  func idle() throws {
    // Without spin-orbit coupling the dephasing of the up spin alone leaves a whole band without rates.
    var model = try Chain.rashba(beta: 2, drive: 1)
    model.hamiltonian = try .rashbaZeeman(hopping: 1, alphaY: 0, alphaZ: 0, zeeman: 1)
    let setup = try LargeLattice.setup(model, initial: .uniform(filling: 0.3))
    let study = SteadyStudy(setup)
    var prepared: [Double] = []
    let found = try study.run(over: SerialCommunicator(), prepare: { prepared.append($0) })
    #expect(found.certificate.idleModes == 24_576)
    #expect(found.certificate == (try LargeLattice.alone(setup).certificate))
    #expect(prepared == [study.tabulatedBytes(ranks: 1)])
    let kept = Double.log(0.7 / 0.3)
    #expect(found.lambda.allSatisfy { abs($0 - kept) < 1e-12 })
  }

  @Test("A model that does not fit has its own error", arguments: [1, 3])
  func wrong(_ ranks: Int) throws {
    // No field: the bands touch at k = 0, which the coarse lattice has, and at one momentum of one rank.
    let setup = try LargeLattice.setup(Chain.rashba(beta: 2, drive: 0.5, zeeman: 0))
    let outcomes = InProcessCommunicator.outcomes(ranks: ranks) { group in
      try SteadyStudy(setup).run(over: group)
    }
    for outcome in outcomes {
      #expect(throws: (any Error).self) { try outcome.get() }
    }
  }

  @Test("Lambda that is not kept has the bits of one that is", arguments: [1, 3])
  func unkept(_ ranks: Int) throws {
    for (model, momenta) in [
      (try Chain.tightBinding(beta: 3, drive: 0.3), 30_000),
      (try Chain.rashba(beta: 5, drive: 0.5, zeeman: 0.01), 12_288),
    ] {
      var setup = try LargeLattice.setup(model, momenta: momenta)
      // In any order, twice the same, and those at the ends of blocks and ranks.
      setup.recordedModes = [4096, 4095, 0, setup.modes - 1, 10_000, 9_999, 4096, setup.modes / 2]
      let same = setup
      let outcomes = InProcessCommunicator.outcomes(ranks: ranks) { group in
        let unkept = try SteadyStudy(same).run(over: group)
        var recorded: [Double] = []
        let kept = try SteadyStudy(same).run(
          over: group,
          finish: { lambda, partition in
            recorded = same.recordedModes.map { mode in
              partition.owned.contains(mode) ? lambda[mode - partition.owned.lowerBound] : .nan
            }
          }
        )
        for (one, other) in zip(recorded, kept.lambda) where !one.isNaN { #expect(one == other) }
        #expect(recorded.contains { !$0.isNaN })
        #expect(unkept.digest == kept.digest && unkept.lambda == kept.lambda)
        #expect(unkept.observables == kept.observables && unkept.certificate == kept.certificate)
      }
      for outcome in outcomes { _ = try outcome.get() }
    }
  }

  @Test("Any number of ranks finds the same bits")
  func ranks() throws {
    for model in [
      try Chain.tightBinding(beta: 3, drive: 0.3), try Chain.rashba(beta: 2, drive: 0.5),
    ] {
      let setup = try LargeLattice.setup(model, momenta: 20_004)
      let runs = try [1, 2, 3, 4, 7].map { ranks in
        try InProcessCommunicator.outcomes(ranks: ranks) { group in
          try SteadyStudy(setup).run(over: group)
        }[0].get()
      }
      for run in runs {
        #expect(run.digest == runs[0].digest && run.lambda == runs[0].lambda)
        #expect(run.driveSlope == runs[0].driveSlope && run.fillingSlope == runs[0].fillingSlope)
        #expect(run.observables == runs[0].observables && run.certificate == runs[0].certificate)
        #expect(run.iterations == 1)
      }
    }
  }

  @Test("A rank needs its share of lambda if somebody wants it, and little else")
  func memory() throws {
    let study = SteadyStudy(
      StudySetup(
        model: try Chain.tightBinding(beta: 2, drive: 0.5),
        grid: try MomentumGrid(extents: [100_000_000])
      )
    )
    #expect(study.estimatedBytes(ranks: 2, keepsLambda: true) < 4.5e8)
    #expect(study.estimatedBytes(ranks: 2, keepsLambda: false) < 5e7)
    #expect(study.tabulatedBytes(ranks: 2) > 8e9)
  }
}
