import Communication
import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Initial state")
struct InitialStateTests {
  private static func lambda(_ state: InitialState, energies: [Double]) throws -> [Double] {
    let partition = Partition(momenta: energies.count, bands: 1, rank: 0, ranks: 1)
    let lambda = try state.lambda(
      energies: energies,
      partition: partition,
      over: SerialCommunicator()
    )
    return Array(lambda.buffer)
  }

  /// Energies of a chain without symmetry between particles and holes.
  private static func energies(_ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: 71)
    return generator.doubles(count, in: -1...3)
  }

  private static func filling(_ lambda: [Double]) -> DoubleDouble {
    var sum = DoubleDouble(0)
    for value in lambda { sum += .occupation(value) }
    return sum / DoubleDouble(Double(lambda.count))
  }

  @Test("A uniform state has the filling in each mode", arguments: [1e-6, 0.1, 0.3, 0.9, 1 - 1e-6])
  func uniform(_ filling: Double) throws {
    let lambda = try Self.lambda(.uniform(filling: filling), energies: Self.energies(20))
    #expect(lambda.count == 20 && Set(lambda).count == 1)
    // λ to two units in its last place and 1 − f to half a unit move n by n h times as much.
    let error = (Self.filling(lambda) - DoubleDouble(filling)).magnitude.high
    #expect(error <= filling * (1 - filling) * (2 * lambda[0].ulp + 2 * .ulpOfOne / (1 - filling)))
  }

  @Test("Half filling is λ = 0 exactly")
  func half() throws {
    #expect(try Self.lambda(.uniform(filling: 0.5), energies: [1, 2, 3]) == [0, 0, 0])
  }

  @Test(
    "A thermal state is λ = β ε minus one number",
    arguments: [0, 0.1, 2, 20, 300],
    [0.01, 0.3, 0.5, 0.95]
  )
  func thermalShape(_ beta: Double, _ filling: Double) throws {
    let energies = Self.energies(50)
    let state = InitialState.thermal(inverseTemperature: beta, filling: filling)
    let lambda = try Self.lambda(state, energies: energies)
    let shifts = zip(lambda, energies).map { beta * $1 - $0 }
    let spread = (shifts.max() ?? 0) - (shifts.min() ?? 0)
    #expect(spread <= 4 * (3 * beta + 8).ulp)
  }

  @Test(
    "A thermal state has its filling",
    arguments: [0, 0.1, 2, 20, 300],
    [0.01, 0.3, 0.5, 0.95]
  )
  func thermalFilling(_ beta: Double, _ filling: Double) throws {
    let state = InitialState.thermal(inverseTemperature: beta, filling: filling)
    let lambda = try Self.lambda(state, energies: Self.energies(50))
    // βμ and λ = βε − βμ are rounded; n h ≤ 1/4 of it reaches the filling.
    let error = (Self.filling(lambda) - DoubleDouble(filling)).magnitude.high
    #expect(error <= (3 * beta + 8).ulp + filling.ulp)
  }

  @Test("A thermal state finds a filling that lies in a gap")
  func gap() throws {
    // Two of five levels filled, nothing near the chemical potential.
    let energies = [-2.0, -1.9, 1.8, 1.9, 2]
    let state = InitialState.thermal(inverseTemperature: 400, filling: 0.4)
    let lambda = try Self.lambda(state, energies: energies)
    #expect((Self.filling(lambda) - DoubleDouble(0.4)).magnitude.high <= 2 * 0.4.ulp)
    #expect(lambda[1] < 0 && lambda[2] > 0)
  }

  @Test("At half filling of symmetric energies the chemical potential is zero to rounding")
  func symmetric() throws {
    let energies = [-2, -1, -0.5, 0.5, 1, 2]
    let state = InitialState.thermal(inverseTemperature: 3, filling: 0.5)
    for (value, energy) in zip(try Self.lambda(state, energies: energies), energies) {
      #expect(abs(value - 3 * energy) <= 4 * 6.0.ulp)
    }
  }

  @Test("Given values are taken as they are")
  func values() throws {
    #expect(
      try Self.lambda(.values([3, -1, .infinity]), energies: [0, 0, 0]) == [3, -1, .infinity]
    )
  }

  @Test("A thermal state has the same bits on any number of ranks", arguments: [2, 3, 4, 7])
  func ranks(_ ranks: Int) throws {
    let state = InitialState.thermal(inverseTemperature: 5, filling: 0.37)
    for count in [4, 100] {
      let energies = Self.energies(count)
      let expected = try Self.lambda(state, energies: energies)
      let slices = try InProcessCommunicator.run(ranks: ranks) { communicator in
        let partition = Partition(momenta: count, bands: 1, over: communicator)
        let owned = Array(energies[partition.owned])
        let lambda = try state.lambda(energies: owned, partition: partition, over: communicator)
        return Array(lambda.buffer)
      }
      #expect(slices.flatMap(\.self) == expected)
    }
  }
}
