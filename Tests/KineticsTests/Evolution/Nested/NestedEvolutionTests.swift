import Communication
import Kinetics
import Testing
import VectorMath

@Suite("Nested steps")
struct NestedEvolutionTests {
  /// A chain of 2048 momenta and coarse lattices of so many.
  private static func evolution(
    _ method: SteppingMethod,
    coarse: [Int] = [128],
    beta: Double = 2,
    drive: Double = 0.5,
    lambda: Double = 0.3,
    tolerance: Double
  ) throws -> SeparableEvolution<SerialCommunicator> {
    func chain(_ momenta: Int) throws -> DrivenModel {
      try .chain(momenta, beta: beta, drive: drive)
    }
    let alone = SerialCommunicator()
    let model = try chain(2048)
    let partition = model.partition(over: alone)
    return try SeparableEvolution(
      kernel: ScaledKernel(model.kernel(partition), modes: partition.owned.count, over: alone),
      coarse: coarse.map { momenta in
        let small = try chain(momenta)
        return CoarseModel(
          kernel: try small.kernel(small.partition(over: alone)),
          lambda: [Double](repeating: lambda, count: momenta),
          momenta: momenta
        )
      },
      rate: model.rate,
      from: AlignedVector([Double](repeating: lambda, count: 2048)),
      control: StepControl(relativeTolerance: tolerance, absoluteTolerance: tolerance),
      method: method,
      until: 10,
      partition: partition,
      over: alone
    )
  }

  @Test(
    "λ of all modes is that of a tight implicit run to ten tolerances",
    arguments: [0, 0.5, 1],
    [-1.4, 0.3, 1.4]
  )
  func agrees(_ drive: Double, _ lambda: Double) throws {
    for tolerance in [1e-8, 1e-10] {
      var nested = try Self.evolution(.nested, drive: drive, lambda: lambda, tolerance: tolerance)
      var tight = try Self.evolution(.implicit, drive: drive, lambda: lambda, tolerance: 1e-12)
      try nested.advance(to: 10)
      try tight.advance(to: 10)
      for (a, b) in zip(nested.values, tight.values) {
        #expect(abs(a - b) <= 10 * tolerance * (1 + abs(b)))
      }
      #expect(nested.statistics.nestedSteps == nested.statistics.steps)
    }
  }

  @Test("Where a lattice of four momenta is wrong, a second one or explicit steps take over")
  func fallsBack() throws {
    var explicit = try Self.evolution(.explicit, beta: 8, tolerance: 1e-10)
    try explicit.advance(to: 10)
    for coarse in [[4], [4, 128]] {
      var auto = try Self.evolution(.auto, coarse: coarse, beta: 8, tolerance: 1e-10)
      try auto.advance(to: 10)
      for (a, b) in zip(auto.values, explicit.values) {
        #expect(abs(a - b) <= 1e-9 * (1 + abs(b)))
      }
      #expect((auto.statistics.nestedSteps > 0) == (coarse.count > 1))
    }
  }

  @Test("nested is an error where its coarse lattice is wrong")
  func refuses() throws {
    var nested = try Self.evolution(.nested, coarse: [4], beta: 8, tolerance: 1e-10)
    #expect(throws: NumericalError.self) { try nested.advance(to: 10) }
    #expect(nested.time == 0)
  }
}
