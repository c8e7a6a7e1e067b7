import Communication
import Dissipation
import Foundation
import Lattice
import Studies
import TestSupport
import Testing

@Suite("Gibbs values of recorded modes")
struct GibbsValuesTests {
  private func setup(_ modes: [Int]) throws -> StudySetup {
    StudySetup(
      model: OpenLattice(hamiltonian: try .tightBinding(hopping: 1), baths: [], coupling: 0.05),
      grid: try MomentumGrid(extents: [12]),
      recordedModes: modes
    )
  }

  @Test("At half filling λ(k) = −2β cos k, by symmetry", arguments: [1, 3, 5])
  func halfFilling(ranks: Int) throws {
    let setup = try setup([0, 3, 7])
    let results = try InProcessCommunicator.run(ranks: ranks) { communicator in
      try setup.gibbsLambda(inverseTemperature: 2, filling: 0.5, over: communicator)
    }
    for values in results {
      #expect(values == results[0])
      for (mode, value) in zip([0, 3, 7], values) {
        #expect(abs(value + 4 * cos(-.pi + .pi * Double(mode) / 6)) < 1e-14)
      }
    }
  }

  @Test("At any filling λ = β(ε − μ) with the occupations of that filling")
  func otherFilling() throws {
    let values = try setup(Array(0..<12))
      .gibbsLambda(inverseTemperature: 3, filling: 0.3, over: SerialCommunicator())
    let chemical = values.enumerated().map { mode, value in
      -6 * cos(-.pi + .pi * Double(mode) / 6) - value
    }
    #expect(chemical.allSatisfy { abs($0 - chemical[0]) < 1e-14 })
    #expect(abs(values.reduce(0) { $0 + 1 / (1 + exp($1)) } - 3.6) < 1e-13)
  }

  @Test("Nothing is computed where nothing is recorded")
  func nothing() throws {
    let values = try setup([])
      .gibbsLambda(inverseTemperature: 2, filling: 0.5, over: SerialCommunicator())
    #expect(values.isEmpty)
  }
}
