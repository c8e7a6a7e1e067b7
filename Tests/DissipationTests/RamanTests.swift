import Dissipation
import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Raman jumps")
struct RamanTests {
  private static let ramans: [(Complex<Double>, Complex<Double>)] = [
    (Complex(1, 1), Complex(1, 0.5)), (Complex(0.3, -2), Complex(-0.7, 0.4)), (0, Complex(0, 1)),
    (Complex(0, -1), 0), (2, Complex(0.5)),
  ]

  @Test("Raman rates from k to p are |1 + δe^(-ip)|² |1 - δ'e^(ik)|²", arguments: ramans)
  func raman(_ delta: Complex<Double>, _ deltaPrime: Complex<Double>) throws {
    let bands = try JumpBathTests.bands([24])
    let jump = JumpOperator.raman(delta: delta, deltaPrime: deltaPrime)
    let kernel = try JumpBath(operators: [jump]).kernel(on: bands)
    // Both factors are squares of sums of two terms: a few units of (1 + |δ|)² (1 + |δ′|)².
    let size =
      (1 + delta.length) * (1 + delta.length) * (1 + deltaPrime.length)
      * (1 + deltaPrime.length)
    for k in 0..<24 {
      for p in 0..<24 {
        let source = DoubleDouble.circle(2 * k - 24, over: 24)
        let sink = DoubleDouble.circle(2 * p - 24, over: 24)
        // |1 + δe^{−ip}|² = 1 + |δ|² + 2 Re δ cos p + 2 Im δ sin p; likewise with −δ′ and −k.
        let in2 =
          DoubleDouble(1) + DoubleDouble(delta.real) * DoubleDouble(delta.real)
          + DoubleDouble(delta.imaginary) * DoubleDouble(delta.imaginary)
        let inCross =
          DoubleDouble(delta.real) * sink.cosine + DoubleDouble(delta.imaginary) * sink.sine
        let out2 =
          DoubleDouble(1) + DoubleDouble(deltaPrime.real) * DoubleDouble(deltaPrime.real)
          + DoubleDouble(deltaPrime.imaginary) * DoubleDouble(deltaPrime.imaginary)
        let outCross =
          DoubleDouble(deltaPrime.real) * source.cosine
          - DoubleDouble(deltaPrime.imaginary) * source.sine
        let exact = (in2 + inCross + inCross) * (out2 - outCross - outCross)
        let error = (DoubleDouble(kernel.rate(from: k, to: p)) - exact).magnitude.high
        #expect(error <= 8 * .ulpOfOne * size)
      }
    }
  }

  @Test("The source of a Raman bath is its annihilation part, the sink its creation part")
  func sourceAndSink() throws {
    let bands = try JumpBathTests.bands([8])
    // Creation on one site only, annihilation on two: the sink is flat, the source is not.
    let jump = JumpOperator.raman(delta: 0, deltaPrime: Complex(0.5, 0.5))
    let channel = try JumpBath(operators: [jump]).kernel(on: bands).separable.channels[0]
    #expect(channel.sink == [Double](repeating: 1, count: 8))
    #expect(Set(channel.source).count > 1)
  }

  @Test("Raman rates are exactly zero where both terms cancel")
  func zeros() throws {
    let bands = try JumpBathTests.bands([8])
    func kernel(_ delta: Complex<Double>, _ deltaPrime: Complex<Double>) throws -> RateKernel {
      try JumpBath(operators: [.raman(delta: delta, deltaPrime: deltaPrime)]).kernel(on: bands)
    }
    // k = −π, −π/2, 0, π/2 are 0, 2, 4, 6.
    let zeros: [(Complex<Double>, Complex<Double>, sink: Int, source: Int)] = [
      (1, 1, 0, 4), (-1, -1, 4, 0), (Complex(0, 1), Complex(0, 1), 2, 2),
      (Complex(0, -1), Complex(0, -1), 6, 6),
    ]
    for (delta, deltaPrime, sink, source) in zeros {
      let kernel = try kernel(delta, deltaPrime)
      for mode in 0..<8 {
        #expect(kernel.rate(from: mode, to: sink) == 0)
        #expect(kernel.rate(from: source, to: mode) == 0)
        #expect((kernel.separable.channels[0].source[mode] == 0) == (mode == source))
        #expect((kernel.separable.channels[0].sink[mode] == 0) == (mode == sink))
      }
    }
  }

  @Test("With real δ and δ' opposite momenta have equal rates, bit for bit")
  func parity() throws {
    let bands = try JumpBathTests.bands([30])
    let jump = JumpOperator.raman(delta: Complex(0.7), deltaPrime: Complex(0.3))
    let channel = try JumpBath(operators: [jump]).kernel(on: bands).separable.channels[0]
    for k in 1..<30 {
      #expect(channel.source[k] == channel.source[30 - k])
      #expect(channel.sink[k] == channel.sink[30 - k])
    }
  }

  @Test("Raman is Eq. 15 term by term")
  func ramanTerms() {
    let (delta, deltaPrime) = (Complex(1.0, 2), Complex(3.0, -1))
    let here = JumpOperator.Site(orbital: 0, cell: [0])
    let next = JumpOperator.Site(orbital: 0, cell: [1])
    let expected: [JumpOperator.Term] = [
      .init(amplitude: .one, create: here, annihilate: here),
      .init(amplitude: -deltaPrime, create: here, annihilate: next),
      .init(amplitude: delta, create: next, annihilate: here),
      .init(amplitude: -(delta * deltaPrime), create: next, annihilate: next),
    ]
    #expect(JumpOperator.raman(delta: delta, deltaPrime: deltaPrime).terms == expected)
  }
}
