import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Observables")
struct ObservablesTests {
  private static func tables(_ extents: [Int], momenta: Range<Int>? = nil) throws -> ModeTables {
    let grid = try MomentumGrid(extents: extents)
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1.3, dimension: extents.count),
      baths: [],
      coupling: 0.05
    )
    return try ModeTables(of: model, on: grid, momenta: momenta ?? 0..<grid.count)
  }

  private static func values(_ extents: [Int], _ lambda: [Double]) throws -> ObservableValues {
    let partition = Partition(momenta: lambda.count, bands: 1, rank: 0, ranks: 1)
    let serial = SerialCommunicator()
    var observables = try Observables(tables(extents), partition: partition, over: serial)
    return try observables.evaluate(at: AlignedVector(lambda), over: serial)
  }

  private static func lambda(_ count: Int, size: Double = 5) -> [Double] {
    var generator = SeededGenerator(seed: UInt64(count))
    return generator.doubles(count, in: -size...size)
  }

  private static let extents = [[1], [7], [8], [100], [20_001], [9, 5], [4, 3, 5]]

  @Test("The filling is the mean of n", arguments: extents)
  func filling(_ extents: [Int]) throws {
    let count = extents.reduce(1, *)
    let lambda = Self.lambda(count)
    var sum = DoubleDouble(0)
    for value in lambda { sum += .occupation(value) }
    let exact = sum / DoubleDouble(Double(count))
    // Each n to four units in the last place; the sum adds one rounding, the division another.
    let error = (DoubleDouble(try Self.values(extents, lambda).filling) - exact).magnitude.high
    #expect(error <= 6 * exact.high.ulp)
  }

  @Test("The current is the sum of velocity times n over N, in each direction", arguments: extents)
  func current(_ extents: [Int]) throws {
    let count = extents.reduce(1, *)
    let lambda = Self.lambda(count)
    let tables = try Self.tables(extents)
    let values = try Self.values(extents, lambda)
    #expect(values.current.count == extents.count)
    for direction in 0..<extents.count {
      var (sum, magnitudes) = (DoubleDouble(0), 0.0)
      for (value, velocity) in zip(lambda, tables.velocities[direction]) {
        sum += DoubleDouble(velocity) * .occupation(value)
        magnitudes += abs(velocity) / Double(count)
      }
      let exact = sum / DoubleDouble(Double(count))
      let error = (DoubleDouble(values.current[direction]) - exact).magnitude.high
      #expect(error <= 6 * .ulpOfOne * magnitudes)
    }
  }

  @Test("With one orbital its current is the whole current")
  func orbitalCurrents() throws {
    let values = try Self.values([4, 3, 5], Self.lambda(60))
    #expect(values.orbitalCurrents == values.current)
  }

  @Test("At λ = 0 the filling is exactly one half and the current exactly zero", arguments: extents)
  func infiniteTemperature(_ extents: [Int]) throws {
    let values = try Self.values(extents, [Double](repeating: 0, count: extents.reduce(1, *)))
    #expect(values.filling == 0.5)
    #expect(values.current == [Double](repeating: 0, count: extents.count))
  }

  @Test("λ that is even in k carries exactly no current")
  func noCurrent() throws {
    var lambda = Self.lambda(100)
    for j in 51..<100 { lambda[j] = lambda[100 - j] }
    #expect(try Self.values([100], lambda).current == [0])
  }

  @Test("A filled band has filling 1 to rounding, an empty one a tiny filling that is not lost")
  func tails() throws {
    #expect(try Self.values([50], [Double](repeating: -40, count: 50)).filling == 1)
    let filling = try Self.values([50], [Double](repeating: 40, count: 50)).filling
    #expect(DoubleDouble.occupation(40).ulps(of: filling) <= 6)
  }

  @Test("λ that is not a number gives a filling that is not")
  func notANumber() throws {
    var lambda = Self.lambda(20)
    lambda[13] = .nan
    let values = try Self.values([20], lambda)
    #expect(values.filling.isNaN && values.current[0].isNaN)
  }

  @Test("Any number of ranks has the same bits", arguments: [2, 3, 4, 7])
  func ranks(_ ranks: Int) throws {
    for extents in [[4], [101], [9, 5], [20_001]] {
      let lambda = Self.lambda(extents.reduce(1, *), size: 30)
      let expected = try Self.values(extents, lambda)
      let values = try InProcessCommunicator.run(ranks: ranks) { communicator in
        let partition = Partition(momenta: lambda.count, bands: 1, over: communicator)
        let tables = try Self.tables(extents, momenta: partition.ownedMomenta)
        var observables = try Observables(tables, partition: partition, over: communicator)
        let owned = AlignedVector(Array(lambda[partition.owned]))
        return try observables.evaluate(at: owned, over: communicator)
      }
      #expect(values == [ObservableValues](repeating: expected, count: ranks))
    }
  }
}
