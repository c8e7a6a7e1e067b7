import Dissipation
import Lattice
import Testing

@Suite("Open lattice")
struct OpenLatticeTests {
  private let thermal = ThermalBath(inverseTemperature: 2)
  private let raman = JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))])

  private func kernel(_ baths: [WeightedBath]) throws -> RateKernel {
    try OpenLattice(hamiltonian: .tightBinding(hopping: 1), baths: baths, coupling: 0.05)
      .kernel(on: JumpBathTests.bands([9]))
  }

  @Test("Rates are the sum over baths of weight times rate")
  func weights() throws {
    let bands = try JumpBathTests.bands([9])
    let sum = try kernel([WeightedBath(thermal, weight: 0.25), WeightedBath(raman, weight: 3)])
    let (first, second) = (try thermal.kernel(on: bands), try raman.kernel(on: bands))
    for k in 0..<9 {
      for q in 0..<9 {
        let expected = 0.25 * first.rate(from: k, to: q) + 3 * second.rate(from: k, to: q)
        #expect(abs(sum.rate(from: k, to: q) - expected) <= 4 * expected.ulp)
      }
    }
  }

  @Test("A bath of weight 0 is left out")
  func zeroWeight() throws {
    let without = try kernel([WeightedBath(thermal, weight: 0.5)])
    let with = try kernel([WeightedBath(raman, weight: 0), WeightedBath(thermal, weight: 0.5)])
    #expect(with.separable.channels.count == 1)
    // The place of the bath in the model is all that differs.
    var channel = try #require(with.separable.channels.first)
    channel.bath = 0
    #expect([channel] == without.separable.channels)
  }

  @Test("A weight multiplies the rate of an operator")
  func weightAndRate() throws {
    var jump = JumpOperator.raman(delta: 1, deltaPrime: 0)
    jump.rate = 1.5
    let kernel = try kernel([WeightedBath(JumpBath(operators: [jump]), weight: 0.5)])
    #expect(kernel.separable.channels.map(\.coupling) == [0.75])
  }

  @Test("Without baths there are no rates")
  func noBaths() throws {
    let kernel = try kernel([])
    #expect(kernel.separable.channels.isEmpty)
    #expect(kernel.rate(from: 0, to: 1) == 0)
  }

  @Test("An error of a bath is that of the model")
  func error() {
    #expect(throws: ModelError.self) {
      try kernel([WeightedBath(ThermalBath(inverseTemperature: -1), weight: 1)])
    }
  }

  @Test("The unit of rates is 1 unless it is given")
  func rateUnit() throws {
    let model = try OpenLattice(hamiltonian: .tightBinding(hopping: 2), baths: [], coupling: 0.1)
    #expect(model.rateUnit == 1)
  }
}

@Suite("Separable kernel")
struct SeparableKernelTests {
  @Test("A rate is the sum over channels of coupling, source of the first and sink of the second")
  func rate() {
    let kernel = SeparableKernel(channels: [
      Channel(coupling: 2, source: [1, 3], sink: [5, 7]),
      Channel(coupling: 10, source: [11, 13], sink: [17, 19]),
    ])
    #expect(kernel.rate(from: 0, to: 1) == 2 * 1 * 7 + 10 * 11 * 19)
    #expect(kernel.rate(from: 1, to: 0) == 2 * 3 * 5 + 10 * 13 * 17)
    #expect(kernel.rate(from: 1, to: 1) == 2 * 3 * 7 + 10 * 13 * 19)
  }
}
