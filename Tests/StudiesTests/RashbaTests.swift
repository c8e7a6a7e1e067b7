import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

@Suite("The Rashba-Zeeman chain against reference values")
struct RashbaTests {
  @Test(
    "Evolution from λ = 0 ends with the currents of Figs. 5 and 6, by either engine",
    arguments: try Reference.figures5and6(),
    [ForceChoice.direct, .separable]
  )
  func currents(_ state: Reference.SpinCurrents, _ engine: ForceChoice) throws {
    let study = EvolveStudy(
      StudySetup(
        model: OpenLattice(
          hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
          baths: [
            WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1 - state.drive),
            WeightedBath(
              JumpBath.dephasing(rates: [state.rateUp, state.rateDown]),
              weight: state.drive
            ),
          ],
          coupling: 0.05
        ),
        grid: try MomentumGrid(extents: [100]),
        initial: .uniform(filling: 0.5),
        forces: ForceOptions(choice: engine)
      ),
      // The gap is 0.25 ε at drive 0.91.
      outputTimes: [0, 2500],
      control: StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10)
    )
    var observer = SilentObserver()
    let result = try study.run(over: SerialCommunicator(), observer: &observer)
    let final = try #require(result.outputs.last?.observables)
    #expect(result.engine == engine.rawValue)
    #expect(abs(final.current[0] - state.current) < 1e-8)
    #expect(abs(final.orbitalCurrents[0] - state.currentUp) < 1e-8)
    #expect(abs(final.orbitalCurrents[1] - state.currentDown) < 1e-8)
    #expect(result.fillingDrift < 1e-9)
  }
}
