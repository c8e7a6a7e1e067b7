import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("Numerical errors")
struct NumericalErrorTests {
  @Test("What is not finite is named")
  func notFinite() {
    #expect(NumericalError.notFinite("the filling").description == "the filling is not finite")
  }
}
