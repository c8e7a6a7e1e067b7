import Communication
import Dissipation
import Kinetics
import Studies
import Testing
import VectorMath

/// Writes down what it is told.
private struct Log: EvolveObserver {
  var partitions: [Partition] = []
  var steps: [(time: Double, end: Double)] = []
  var outputs: [Double] = []
  var finalLambda: [Double] = []
  var order: [String] = []

  mutating func didCompress(_ report: CompressionReport) { order.append("compression") }

  mutating func didVerify(deviation: Double) { order.append("verification") }

  mutating func willStart(pairSeconds: Double, partition: Partition) {
    partitions.append(partition)
    order.append(pairSeconds > 0 ? "start" : "start without a time")
  }

  mutating func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics) {
    steps.append((time, end))
    if order.last != "step" { order.append("step") }
  }

  mutating func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) {
    outputs.append(output.time)
    order.append("output")
  }

  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) {
    finalLambda = Array(lambda.buffer)
    order.append("finish")
  }
}

@Suite("Evolve result")
struct EvolveResultTests {
  @Test("An observer is told of the start, the steps, the outputs and the end, in order")
  func observer() throws {
    let study = try EvolveStudyTests.study(
      extents: [8],
      drive: 0.5,
      outputTimes: [0, 1, 2],
      forces: .direct,
      verify: true
    )
    var log = Log()
    let result = try study.run(over: SerialCommunicator(), observer: &log)
    #expect(
      log.order == [
        "verification", "start", "output", "step", "output", "step", "output", "finish",
      ]
    )
    #expect(log.partitions == [Partition(momenta: 8, bands: 1, rank: 0, ranks: 1)])
    #expect(log.outputs == [0, 1, 2])
    #expect(log.steps.count == result.statistics.steps)
    #expect(log.steps.allSatisfy { $0.end == 2 } && log.steps.last?.time == 2)
    #expect(log.finalLambda == result.outputs.last?.lambda)
  }

  @Test("The result names the engine that computed it")
  func engine() throws {
    for (choice, name) in [
      (ForceChoice.auto, "separable"), (.separable, "separable"), (.direct, "direct"),
    ] {
      let study = try EvolveStudyTests.study(
        extents: [4],
        drive: 0.5,
        outputTimes: [0],
        forces: choice
      )
      #expect(try EvolveStudyTests.run(study).engine == name)
    }
  }

  @Test("The drift of the filling is its largest deviation from time 0")
  func drift() throws {
    let study = try EvolveStudyTests.study(
      extents: [4],
      drive: 0.5,
      outputTimes: [0],
      forces: .direct
    )
    var result = try EvolveStudyTests.run(study)
    #expect(result.fillingDrift == 0)
    for deviation in [0.25, -0.375, 0.125] {
      var output = result.outputs[0]
      output.observables.filling += deviation
      result.outputs.append(output)
    }
    #expect(result.fillingDrift == 0.375)
    result.outputs = []
    #expect(result.fillingDrift == 0)
  }

  @Test("Engines are chosen by the names of the command line")
  func choices() {
    #expect(ForceChoice.allCases.map(\.rawValue) == ["auto", "separable", "direct"])
  }
}
