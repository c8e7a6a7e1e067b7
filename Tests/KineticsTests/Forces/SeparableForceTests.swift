import Communication
import Dissipation
import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Separable forces")
struct SeparableForceTests {
  @Test(
    "Moments of many modes are exact to rounding, and have the same bits on any number of ranks",
    arguments: [1, 64]
  )
  func longLattice(_ granule: Int) throws {
    // More than 1024 terms of nearly the largest size in each lane.
    let count = 40_003
    var generator = SeededGenerator(seed: 101)
    let lambda = generator.doubles(count, in: -30 ... -20)
    let channel = Channel(
      coupling: 0.5,
      source: generator.doubles(count, in: 0.9...0.999),
      sink: generator.doubles(count, in: 0.001...4)
    )
    let kernel = SeparableKernel(channels: [channel])
    var (sources, sinks) = (DoubleDouble(0), DoubleDouble(0))
    for mode in 0..<count {
      sources += DoubleDouble(channel.source[mode]) * .occupation(lambda[mode])
      sinks += DoubleDouble(channel.sink[mode]) * .occupation(-lambda[mode])
    }
    let values = try TestedEngine.separable.values(kernel, at: lambda, granule: granule)
    let tolerance = 8 * Double.ulpOfOne
    for mode in stride(from: 0, to: count, by: 97) {
      let gain = DoubleDouble(0.5 * channel.sink[mode]) * sources
      let loss = DoubleDouble(0.5 * channel.source[mode]) * sinks
      #expect((DoubleDouble(values.gain[mode]) - gain).magnitude.high <= tolerance * gain.high)
      #expect((DoubleDouble(values.loss[mode]) - loss).magnitude.high <= tolerance * loss.high)
    }
    for ranks in [2, 3, 7] {
      let slices = try InProcessCommunicator.run(ranks: ranks) { communicator in
        try TestedEngine.separable.values(kernel, at: lambda, granule: granule, over: communicator)
      }
      #expect(ForceValues(slices) == values)
    }
  }

  @Test("Groups have all bands of a momentum, and any number of channels", arguments: [1, 2, 3])
  func groups(_ bands: Int) throws {
    let count = 1000 * bands
    var generator = SeededGenerator(seed: 102)
    let lambda = generator.doubles(count, in: -3...3)
    let channels = (0..<bands + 1).map { _ in
      Channel(
        coupling: 0.5,
        source: generator.doubles(count, in: 0.1...0.9),
        sink: generator.doubles(count, in: 0.1...4)
      )
    }
    let kernel = SeparableKernel(channels: channels)
    let engine = TestedEngine.separable
    let exact = try engine.values(kernel, at: lambda, bands: bands)
    let grouped = try engine.values(kernel, at: lambda, bands: bands, granule: 64)
    // A term and a sum of eight have half a place each, and so has what they are compared with.
    for (own, other) in zip(grouped.gain + grouped.loss, exact.gain + exact.loss) {
      #expect(abs(own - other) <= 8 * Double.ulpOfOne * other)
    }
    for ranks in [2, 4, 20] {
      let slices = try InProcessCommunicator.run(ranks: ranks) { communicator in
        try engine.values(kernel, at: lambda, bands: bands, granule: 64, over: communicator)
      }
      #expect(ForceValues(slices) == grouped)
    }
  }

  @Test(
    "Factors that range over hundreds of bits lose nothing",
    arguments: [100, 300, 600],
    [1, 64]
  )
  func wideFactors(_ bits: Int, _ granule: Int) throws {
    // The largest factor belongs to the emptiest mode, so that small factors decide.
    let count = 64
    let lambda = (0..<count).map { 0.69 * Double(bits * $0) / Double(count) }
    let source = (0..<count).map { mode in
      Double(sign: .plus, exponent: bits * mode / count - bits / 2, significand: 1.25)
    }
    let channel = Channel(coupling: 1, source: source, sink: source.reversed())
    let kernel = SeparableKernel(channels: [channel])
    let values = try TestedEngine.separable.values(kernel, at: lambda, granule: granule)
    let exact = ExactForces(kernel, at: lambda)
    let tolerance = 8 * Double.ulpOfOne
    for q in 0..<count {
      let (gain, loss) = (exact.gain[q], exact.loss[q])
      #expect((DoubleDouble(values.gain[q]) - gain).magnitude.high <= tolerance * gain.high)
      #expect((DoubleDouble(values.loss[q]) - loss).magnitude.high <= tolerance * loss.high)
    }
  }
}
