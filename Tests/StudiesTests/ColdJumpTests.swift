import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import Studies
import TestSupport
import Testing

/// Cold states under jumps that are no products, whose channels have factors of both signs.
@Suite("Cold steady states of jumps that are no products")
struct ColdJumpTests {
  private typealias Site = JumpOperator.Site

  /// Amplitude, and orbital and cell that are created and annihilated.
  private typealias Terms = [(Complex<Double>, (Int, Int), (Int, Int))]

  /// They create nothing but down spins: at momenta where the bands are pure, the up band gains particles from the
  /// thermal bath alone, by rates down to e^−120 of others.
  private static let creatingDown: Terms = [
    (Complex(-0.75, -0.23), (1, 0), (0, 0)), (Complex(0.83, 0.27), (1, -1), (0, 1)),
    (Complex(0.49, -0.36), (1, 1), (1, -1)), (Complex(0.50, 0.94), (1, 0), (0, -1)),
  ]

  /// They create up spins by amplitudes 1 + e^−ik and 1 + 2 e^−ik + e^−2ik, which vanish at k = −π.
  private static let cancelling: Terms = [
    (1, (0, 0), (1, 0)), (1, (0, 1), (1, 0)), (1, (0, 0), (0, 1)), (2, (0, 1), (0, 1)),
    (1, (0, 2), (0, 1)),
  ]

  /// The Rashba–Zeeman chain with such jumps.
  private static func setup(
    momenta: Int,
    beta: Double,
    filling: Double,
    _ choice: ForceChoice,
    _ terms: Terms = creatingDown
  ) throws -> StudySetup {
    let jump = JumpOperator(
      terms: terms.map { amplitude, create, annihilate in
        JumpOperator.Term(
          amplitude: amplitude,
          create: Site(orbital: create.0, cell: [create.1]),
          annihilate: Site(orbital: annihilate.0, cell: [annihilate.1])
        )
      }
    )
    return StudySetup(
      model: OpenLattice(
        hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.13, alphaZ: 1.43, zeeman: 0.46),
        baths: [
          WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - 0.95, slope: -1),
          WeightedBath(JumpBath(operators: [jump]), weight: 0.95, slope: 1),
        ],
        coupling: 0.05
      ),
      grid: try MomentumGrid(extents: [momenta]),
      initial: .uniform(filling: filling),
      recordedModes: [0, 1, 10, 13],
      forces: ForceOptions(choice: choice)
    )
  }

  /// λ of the recorded modes of ten momenta at a filling of 1/10, and the current, from Newton's method on all λ in 60
  /// digits with the pair sums of the definition.
  private static let references: [(beta: Double, lambda: [Double], current: Double)] = [
    (
      12, [72.5139738939627691, 29.9855711195967466, 24.5140363588376281, -1.27160813388249163],
      -0.035647872622378123
    ),
    (
      20, [123.285965775796591, 51.7954814349585057, 43.2859657810945311, -1.98425717513791779],
      -0.076390967219666506
    ),
  ]

  @Test(
    "Lambda and current are those of 60 digits, by either engine",
    arguments: references.indices,
    [ForceChoice.separable, .direct]
  )
  func reference(_ index: Int, _ choice: ForceChoice) throws {
    let wanted = Self.references[index]
    let setup = try Self.setup(momenta: 10, beta: wanted.beta, filling: 0.1, choice)
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    let rounding = 64 * Double.ulpOfOne
    for (value, exact) in zip(found.lambda, wanted.lambda) {
      #expect(abs(value - exact) <= rounding * wanted.lambda[0])
    }
    #expect(abs(found.observables.current[0] - wanted.current) <= rounding)
  }

  @Test(
    "A state is found where the way to it has rates that cancel below zero",
    arguments: [12.0, 20, 30],
    [0.1, 0.3]
  )
  func found(_ beta: Double, _ filling: Double) throws {
    for choice in [ForceChoice.separable, .direct] {
      let setup = try Self.setup(momenta: 100, beta: beta, filling: filling, choice)
      let states = InProcessCommunicator.outcomes(ranks: 3) { group in
        try SteadyStudy(setup).run(over: group)
      }
      let alone = try SteadyStudy(setup).run(over: SerialCommunicator())
      for state in states { #expect(try state.get().digest == alone.digest) }
    }
  }

  /// β, and λ of the first mode in 60 digits: it gains particles by thermal rates alone, of 1e-10 and 3e-13.
  private static let cancelled = [(8.0, 45.9245678458375907), (10, 58.7727705401631162)]

  @Test(
    "Where rates cancel, the state says how far λ may be off",
    arguments: cancelled,
    [ForceChoice.separable, .direct]
  )
  func cancels(_ wanted: (beta: Double, lambda: Double), _ choice: ForceChoice) throws {
    let setup = try Self.setup(
      momenta: 10,
      beta: wanted.beta,
      filling: 0.1,
      choice,
      Self.cancelling
    )
    let alone = try SteadyStudy(setup).run(over: SerialCommunicator())
    let error = try #require(alone.cancellationError)
    let deviation = abs(alone.lambda[0] - wanted.lambda)
    #expect(deviation < error && error < 1000 * deviation)
    for state in InProcessCommunicator.outcomes(ranks: 3, { try SteadyStudy(setup).run(over: $0) })
    {
      #expect(try state.get().cancellationError == error)
    }
  }

  @Test("Where no factor is negative, no rate cancels")
  func products() throws {
    let setup = StudySetup(
      model: try Chain.rashba(beta: 20, drive: 0.5, zeeman: 1),
      grid: try MomentumGrid(extents: [10])
    )
    let found = try SteadyStudy(setup).run(over: SerialCommunicator())
    #expect(found.cancellationError == nil)
  }
}
