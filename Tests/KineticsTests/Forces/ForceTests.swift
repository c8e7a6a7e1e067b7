import Communication
import Dissipation
import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Forces")
struct ForceTests {
  /// Non-negative factors of any size, zeros among them.
  static func kernel(modes: Int, channels: Int) -> SeparableKernel {
    var generator = SeededGenerator(seed: UInt64(1000 * channels + modes))
    func table() -> [Double] {
      generator.doubles(modes, in: -0.1...1).map { x in
        let size = Int.random(in: -10...10, using: &generator)
        return max(0, x) * Double(sign: .plus, exponent: size, significand: 1)
      }
    }
    return SeparableKernel(
      channels: (0..<channels).map { r in
        Channel(coupling: 0.3 + Double(r), source: table(), sink: table())
      }
    )
  }

  static func lambda(_ count: Int, size: Double = 20) -> [Double] {
    var generator = SeededGenerator(seed: UInt64(count))
    return generator.doubles(count, in: -size...size)
  }

  /// The relative error of a sum of M non-negative terms in lanes: one half unit for each addition in
  /// a lane, four units of n or h, two roundings for each channel, and the sum of the lanes.
  private static func tolerance(modes: Int, channels: Int) -> Double {
    (Double(modes / 8 + 2 * channels + 4) / 2 + 4) * .ulpOfOne
  }

  private static let sizes = [1, 7, 100, 513, 1200]

  @Test(
    "Gains are Σ_k W(k→q) n_k, component by component",
    arguments: TestedEngine.allCases,
    [0, 1, 2, 3, 5]
  )
  func gains(_ engine: TestedEngine, _ channels: Int) throws {
    for modes in Self.sizes where modes * channels < 3000 {
      let (kernel, lambda) = (Self.kernel(modes: modes, channels: channels), Self.lambda(modes))
      let values = try engine.values(kernel, at: lambda)
      let exact = ExactForces(kernel, at: lambda).gain
      let tolerance = Self.tolerance(modes: modes, channels: channels)
      for (value, gain) in zip(values.gain, exact) {
        #expect((DoubleDouble(value) - gain).magnitude.high <= tolerance * gain.high)
      }
    }
  }

  @Test(
    "Losses are Σ_k W(q→k) h_k, component by component",
    arguments: TestedEngine.allCases,
    [0, 1, 2, 3, 5]
  )
  func losses(_ engine: TestedEngine, _ channels: Int) throws {
    for modes in Self.sizes where modes * channels < 3000 {
      let (kernel, lambda) = (Self.kernel(modes: modes, channels: channels), Self.lambda(modes))
      let values = try engine.values(kernel, at: lambda)
      let exact = ExactForces(kernel, at: lambda).loss
      let tolerance = Self.tolerance(modes: modes, channels: channels)
      for (value, loss) in zip(values.loss, exact) {
        #expect((DoubleDouble(value) - loss).magnitude.high <= tolerance * loss.high)
      }
    }
  }

  @Test("λ̇ is scale (loss/h - gain/n)", arguments: TestedEngine.allCases, [1.0, 20, 300])
  func derivatives(_ engine: TestedEngine, _ size: Double) throws {
    let (kernel, lambda) = (Self.kernel(modes: 100, channels: 2), Self.lambda(100, size: size))
    let values = try engine.values(kernel, at: lambda, scale: 0.0005)
    let exact = ExactForces(kernel, at: lambda)
    let tolerance = Self.tolerance(modes: 100, channels: 2) + 8 * .ulpOfOne
    for q in lambda.indices {
      let toward = exact.loss[q] / .occupation(-lambda[q])
      let away = exact.gain[q] / .occupation(lambda[q])
      let error = (DoubleDouble(values.derivative[q]) - DoubleDouble(0.0005) * (toward - away))
      #expect(error.magnitude.high <= tolerance * 0.0005 * (toward + away).high)
    }
  }

  @Test(
    "λ̇ is -ṅ/χ with ṅ = h gain - n loss and χ = n h",
    arguments: TestedEngine.allCases
  )
  func susceptibility(_ engine: TestedEngine) throws {
    let (kernel, lambda) = (Self.kernel(modes: 60, channels: 2), Self.lambda(60, size: 30))
    let values = try engine.values(kernel, at: lambda)
    for q in lambda.indices {
      let (n, h) = (DoubleDouble.occupation(lambda[q]), DoubleDouble.occupation(-lambda[q]))
      let (into, out) = (h * DoubleDouble(values.gain[q]), n * DoubleDouble(values.loss[q]))
      let expected = (out - into) / (n * h)
      let error = (DoubleDouble(values.derivative[q]) - expected).magnitude.high
      // 1/n and 1/h to four units, a product and a difference.
      #expect(error <= 6 * .ulpOfOne * ((into + out) / (n * h)).high)
    }
  }

  @Test("The particle number is conserved: Σ ṅ = 0 to rounding", arguments: TestedEngine.allCases)
  func conservation(_ engine: TestedEngine) throws {
    for modes in [7, 100, 1200] {
      let (kernel, lambda) = (Self.kernel(modes: modes, channels: 3), Self.lambda(modes, size: 3))
      let values = try engine.values(kernel, at: lambda)
      var (sum, magnitudes) = (DoubleDouble(0), DoubleDouble(0))
      for q in lambda.indices {
        let into = DoubleDouble.occupation(-lambda[q]) * DoubleDouble(values.gain[q])
        let out = DoubleDouble.occupation(lambda[q]) * DoubleDouble(values.loss[q])
        sum += into - out
        magnitudes += into + out
      }
      let tolerance = Self.tolerance(modes: modes, channels: 3)
      #expect(sum.magnitude.high <= tolerance * magnitudes.high)
    }
  }

  @Test("Any number of ranks has the same bits", arguments: TestedEngine.allCases, [2, 3, 4, 7])
  func ranks(_ engine: TestedEngine, _ ranks: Int) throws {
    for (momenta, bands) in [(4, 1), (4, 3), (100, 1), (101, 1), (513, 2)] {
      let modes = momenta * bands
      let (kernel, lambda) = (Self.kernel(modes: modes, channels: 2), Self.lambda(modes))
      let expected = try engine.values(kernel, at: lambda, bands: bands)
      let slices = try InProcessCommunicator.run(ranks: ranks) { communicator in
        try engine.values(kernel, at: lambda, bands: bands, over: communicator)
      }
      #expect(ForceValues(slices) == expected)
    }
  }

  @Test("A second evaluation does not remember the first", arguments: TestedEngine.allCases)
  func repeated(_ engine: TestedEngine) throws {
    let kernel = Self.kernel(modes: 70, channels: 2)
    let partition = Partition(momenta: 70, bands: 1, rank: 0, ranks: 1)
    let (first, second) = (Self.lambda(70), Self.lambda(70, size: 3))
    let expected = try engine.values(kernel, at: second)
    switch engine {
    case .direct:
      var force = DirectForce(
        kernel: RateKernel(separable: kernel),
        partition: partition,
        communicator: SerialCommunicator()
      )
      _ = try ForceValues(&force, at: first)
      #expect(try ForceValues(&force, at: second) == expected)
    case .separable:
      var force = try SeparableForce(
        kernel: kernel,
        partition: partition,
        communicator: SerialCommunicator()
      )
      _ = try ForceValues(&force, at: first)
      #expect(try ForceValues(&force, at: second) == expected)
    }
  }

  @Test("The padding of λ̇ is zero", arguments: TestedEngine.allCases)
  func padding(_ engine: TestedEngine) throws {
    let kernel = Self.kernel(modes: 11, channels: 2)
    let partition = Partition(momenta: 11, bands: 1, rank: 0, ranks: 1)
    let lambda = AlignedVector(Self.lambda(11))
    let derivative = AlignedVector(count: 11)
    derivative.pointer.update(repeating: 7, count: 16)
    switch engine {
    case .direct:
      var force = DirectForce(
        kernel: RateKernel(separable: kernel),
        partition: partition,
        communicator: SerialCommunicator()
      )
      try force.derivative(at: lambda, scale: 1, into: derivative.pointer)
    case .separable:
      var force = try SeparableForce(
        kernel: kernel,
        partition: partition,
        communicator: SerialCommunicator()
      )
      try force.derivative(at: lambda, scale: 1, into: derivative.pointer)
    }
    for index in 11..<16 { #expect(derivative[index] == 0) }
  }

  @Test("λ that is not a number makes rates that are not", arguments: TestedEngine.allCases)
  func notANumber(_ engine: TestedEngine) throws {
    var lambda = Self.lambda(40)
    lambda[17] = .nan
    let kernel = SeparableKernel(channels: [
      Channel(
        coupling: 1,
        source: [Double](repeating: 1, count: 40),
        sink: [Double](repeating: 1, count: 40)
      )
    ])
    let values = try engine.values(kernel, at: lambda)
    #expect(values.derivative.allSatisfy { $0.isNaN })
  }
}
