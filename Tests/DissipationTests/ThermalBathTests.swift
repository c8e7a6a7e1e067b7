import Dissipation
import Lattice
import TestSupport
import Testing

@Suite("Thermal bath")
struct ThermalBathTests {
  private static let temperatures = [0, 0.5, 2, 20, 300]

  private static func bands(energy: Double = 0) throws -> BandStructure {
    let hoppings = [
      Hopping(from: 0, to: 0, by: [0], amplitude: .init(energy)),
      Hopping(from: 0, to: 0, by: [1], amplitude: .init(-0.8, 0.3)),
    ]
    let chain = try BlochHamiltonian(dimension: 1, orbitals: ["site"], hoppings: hoppings)
    return try BandStructure(of: chain, on: MomentumGrid(extents: [17]), momenta: 0..<17)
  }

  /// Relative error of a product of two exponentials of x: two units of each and of the product, and
  /// the roundings of both arguments, half a unit in |x| each of ε − c and of the product with β/2.
  private static func tolerance(_ argument: Double) -> Double {
    (3 + 4 * abs(argument)) * .ulpOfOne
  }

  @Test("Rates are e^(β(ε_k - ε_q)/2), the source's energy first", arguments: temperatures)
  func closedForm(_ beta: Double) throws {
    let bands = try Self.bands()
    let kernel = try ThermalBath(inverseTemperature: beta).kernel(on: bands)
    let largest = beta * bands.energyBounds.upperBound / 2
    for k in 0..<17 {
      for q in 0..<17 {
        let difference = DoubleDouble(bands.energies[k]) - DoubleDouble(bands.energies[q])
        let exact = DoubleDouble.exp(DoubleDouble(beta / 2) * difference)
        let error = (DoubleDouble(kernel.rate(from: k, to: q)) - exact).magnitude / exact
        #expect(error.high <= Self.tolerance(largest))
      }
    }
  }

  @Test("Rates obey detailed balance, W(k→q) e^(-βε_k) = W(q→k) e^(-βε_q)", arguments: temperatures)
  func detailedBalance(_ beta: Double) throws {
    let bands = try Self.bands()
    let kernel = try ThermalBath(inverseTemperature: beta).kernel(on: bands)
    let largest = beta * bands.energyBounds.upperBound / 2
    for k in 0..<17 {
      for q in 0..<17 {
        let difference = DoubleDouble(bands.energies[k]) - DoubleDouble(bands.energies[q])
        // Half of the factor on each side, so that neither overflows.
        let half = DoubleDouble.exp(DoubleDouble(beta / 2) * difference)
        let forward = DoubleDouble(kernel.rate(from: k, to: q)) / half
        let backward = DoubleDouble(kernel.rate(from: q, to: k)) * half
        let error = (forward - backward).magnitude / backward
        #expect(error.high <= 2 * Self.tolerance(largest))
      }
    }
  }

  @Test("At β = 0 all rates are exactly 1")
  func infiniteTemperature() throws {
    let kernel = try ThermalBath(inverseTemperature: 0).kernel(on: Self.bands())
    #expect(
      kernel.separable.channels == [
        Channel(
          coupling: 1,
          source: [Double](repeating: 1, count: 17),
          sink: [Double](repeating: 1, count: 17)
        )
      ]
    )
  }

  @Test("An energy that all modes share does not change the rates")
  func shift() throws {
    let kernel = try ThermalBath(inverseTemperature: 2).kernel(on: Self.bands())
    // Energies near 1024 are rounded to 2⁻⁴², and twice that enters the exponent.
    let shifted = try ThermalBath(inverseTemperature: 2).kernel(on: Self.bands(energy: 1024))
    for k in 0..<17 {
      for q in 0..<17 {
        let ratio = shifted.rate(from: k, to: q) / kernel.rate(from: k, to: q)
        #expect(abs(ratio - 1) <= 0x1p-40)
      }
    }
  }

  @Test("A range of momenta has the factors of the whole")
  func ranges() throws {
    let bands = try Self.bands()
    let whole = try ThermalBath(inverseTemperature: 2).kernel(on: bands).separable.channels[0]
    let chain = try BlochHamiltonian(
      dimension: 1,
      orbitals: ["site"],
      hoppings: [
        Hopping(from: 0, to: 0, by: [0], amplitude: 0),
        Hopping(from: 0, to: 0, by: [1], amplitude: .init(-0.8, 0.3)),
      ]
    )
    let part = try ThermalBath(inverseTemperature: 2).kernel(
      on: BandStructure(of: chain, on: bands.grid, momenta: 5..<9)
    ).separable.channels[0]
    #expect(part.source == Array(whole.source[5..<9]))
    #expect(part.sink == Array(whole.sink[5..<9]))
  }

  @Test("β is a number, not negative", arguments: [-1e-9, -2, Double.nan, .infinity, -.infinity])
  func sign(_ beta: Double) throws {
    let bands = try Self.bands()
    #expect(throws: ModelError.self) { try ThermalBath(inverseTemperature: beta).kernel(on: bands) }
  }

  @Test("Rates beyond double precision are an error, those just below it are finite")
  func overflow() throws {
    let bands = try Self.bands()
    let width = bands.energyBounds.upperBound - bands.energyBounds.lowerBound
    let error = #expect(throws: ModelError.self) {
      try ThermalBath(inverseTemperature: 1380.1 / width).kernel(on: bands)
    }
    #expect(error?.description.contains("beta") == true)
    let kernel = try ThermalBath(inverseTemperature: 1379.9 / width).kernel(on: bands)
    for k in 0..<17 {
      for q in 0..<17 {
        #expect(kernel.rate(from: k, to: q).isFinite && kernel.rate(from: k, to: q) > 0)
      }
    }
  }
}
