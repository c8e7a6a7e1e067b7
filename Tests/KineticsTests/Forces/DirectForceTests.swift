import Communication
import Dissipation
import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Direct forces")
struct DirectForceTests {
  @Test("Measuring the time of a pair changes no result, and gives a time")
  func sample() throws {
    let (kernel, lambda) = (ForceTests.kernel(modes: 300, channels: 2), ForceTests.lambda(300))
    let partition = Partition(momenta: 300, bands: 1, rank: 0, ranks: 1)
    var engine = DirectForce(
      kernel: RateKernel(separable: kernel),
      partition: partition,
      communicator: SerialCommunicator()
    )
    let before = try ForceValues(&engine, at: lambda)
    #expect(engine.secondsPerPair() > 0)
    #expect(try ForceValues(&engine, at: lambda) == before)
  }

  @Test("Where nothing is owned there is no time to measure")
  func nothingToMeasure() {
    let spare = Partition(momenta: 1, bands: 1, rank: 1, ranks: 2)
    let kernel = RateKernel(separable: ForceTests.kernel(modes: 1, channels: 1))
    let idle = DirectForce(kernel: kernel, partition: spare, communicator: SerialCommunicator())
    #expect(idle.secondsPerPair() == 0)
  }
}
