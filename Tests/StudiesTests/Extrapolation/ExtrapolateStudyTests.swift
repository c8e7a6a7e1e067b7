import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

/// Counts what an extrapolation solves.
private struct CountingObserver: ExtrapolateObserver {
  var solved: [Int] = []

  mutating func willSolve(_ study: SteadyStudy) {}
  mutating func didSolve(_ point: SizePoint) { solved.append(point.length) }
}

@Suite("Extrapolation in the lattice size")
struct ExtrapolateStudyTests {
  private func extrapolate(
    _ model: OpenLattice,
    _ sizes: SizeChoice,
    extents: [Int] = [100],
    tolerance: Double = 1e-10
  ) throws -> ExtrapolateResult {
    let study = ExtrapolateStudy(
      StudySetup(model: model, grid: try MomentumGrid(extents: extents)),
      sizes: sizes,
      tolerance: tolerance
    )
    var observer = CountingObserver()
    let result = try study.run(over: SerialCommunicator(), observer: &observer)
    #expect(observer.solved == result.points.map(\.length))
    return result
  }

  /// The limit is within its error, which is at most `excess` times the true one where that is more than
  /// rounding, and κ is that of the pole to 40 per cent.
  private func expectCovered(
    _ result: ExtrapolateResult,
    _ chain: Reference.FiniteSize,
    excess: Double
  ) throws {
    let truth = abs(result.limit.current[0] - chain.limit)
    #expect(truth <= result.error, "\(chain): \(truth) > \(result.error)")
    if truth > 1e-14 {
      #expect(result.error <= excess * truth, "\(chain): \(result.error) for \(truth)")
    }
    let rate = try #require(result.decayRate)
    #expect(rate > chain.decayRate / 1.4 && rate < chain.decayRate * 1.4, "\(chain): \(rate)")
    let orbitals = result.limit.orbitalCurrents.reduce(0, +)
    #expect(abs(orbitals - result.limit.current[0]) < 1e-15)
  }

  @Test(
    "From five sizes, I(∞) of every case is within the error, unless they are refused",
    arguments: [
      ([16, 24, 32, 40, 56], 4), ([9, 15, 25, 41, 55], 7), ([32, 48, 64, 81, 100], 3),
      ([80, 100, 128, 160, 256], 2), ([400, 64, 100, 160, 201], 1),
    ]
  )
  func lists(_ sizes: [Int], expectedRefusals: Int) throws {
    var refusals = 0
    for chain in try Reference.finiteSizes() {
      do {
        let result = try extrapolate(chain.model, .list(sizes))
        #expect(result.points.map(\.length) == sizes.sorted())
        try expectCovered(result, chain, excess: 2000)
      } catch is StudyFailure {
        refusals += 1
        // β = 20 or a small field: e^{−κL} of the largest size is not small.
        #expect(chain.decayRate * Double(sizes.max() ?? 0) < 9)
      }
    }
    #expect(refusals == expectedRefusals)
  }

  @Test(
    "Automatic sizes reach the tolerance, and the limit is within the error",
    arguments: try Reference.finiteSizes()
  )
  func automatic(_ chain: Reference.FiniteSize) throws {
    let result = try extrapolate(chain.model, .automatic(largest: 10_000))
    #expect(result.error <= 1e-10 * result.scale)
    // The average is at times much better than its second harmonic tells.
    try expectCovered(result, chain, excess: 20_000)
    #expect(result.points.count <= 10)
  }

  @Test(
    "A small field is refused from sizes up to 100, with the L that is needed",
    arguments: [0.5, 0.91]
  )
  func refusal(drive: Double) throws {
    let model = try Chain.rashba(beta: 2, drive: drive, zeeman: 0.1)
    let failure = #expect(throws: StudyFailure.self) {
      try extrapolate(model, .list([16, 24, 32, 48, 64, 80, 100]))
    }
    let text = try #require(failure?.description)
    #expect(text.contains("not yet in the exponential regime"))
    let match = try #require(text.firstMatch(of: /about L = ([0-9]+)/))
    // κ = 0.0223 and e^{−2κL} = 1e-10 make 516, less the prefactor.
    let needed = try #require(Int(match.1))
    #expect(needed > 300 && needed < 800)
    let result = try extrapolate(model, .list([needed / 2, needed]))
    #expect(result.error < 1e-8)
  }

  @Test("Sizes up to a largest one that is too small are a failure, which says what is needed")
  func tooSmall() throws {
    let model = try Chain.rashba(beta: 2, drive: 0.5, zeeman: 0.1)
    let failure = #expect(throws: StudyFailure.self) {
      try extrapolate(model, .automatic(largest: 200))
    }
    #expect(failure?.description.contains("no size up to L = 200") == true)
  }

  @Test(
    "A square lattice: the limit is that of a fifteen times larger one, extents keep their shape"
  )
  func square() throws {
    let here = JumpOperator.Site(orbital: 0, cell: [0, 0])
    let hop = JumpOperator(terms: [
      .init(amplitude: .init(1, 0.3), create: .init(orbital: 0, cell: [1, 0]), annihilate: here),
      .init(
        amplitude: .init(0.4, -0.2),
        create: here,
        annihilate: .init(orbital: 0, cell: [1, 1])
      ),
    ])
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1, dimension: 2),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 1), weight: 0.5),
        WeightedBath(JumpBath(operators: [hop]), weight: 0.5),
      ],
      coupling: 0.05
    )
    let result = try extrapolate(model, .list([8, 12]), extents: [6, 4])
    #expect(result.points.map(\.extents) == [[12, 8], [18, 12]])
    let large = try SteadyStudy(
      StudySetup(model: model, grid: MomentumGrid(extents: [180, 120]))
    ).run(over: SerialCommunicator())
    for (one, other) in zip(result.limit.current, large.observables.current) {
      #expect(abs(one - other) <= result.error)
      #expect(abs(one) > 1e-3)
    }
    #expect(result.error < 1e-6)
  }

  @Test("Two sizes are needed to see a decay")
  func single() throws {
    let model = try Chain.tightBinding(beta: 2, drive: 0.5)
    #expect(throws: StudyFailure.self) { try extrapolate(model, .list([16])) }
  }
}
