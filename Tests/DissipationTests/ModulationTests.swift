import Dissipation
import Lattice
import RealModule
import Testing

@Suite("Kernels that are not of low rank")
struct ModulationTests {
  private func chain(_ modes: Int, twist: Double = 0) throws -> BandStructure {
    try BandStructure(
      of: .tightBinding(hopping: 1),
      on: MomentumGrid(extents: [modes], twists: [twist]),
      momenta: 0..<modes
    )
  }

  @Test("Ohmic rates are βω/(1 - e^(-βω))", arguments: [0.01, 2, 20])
  func ohmicRates(beta: Double) throws {
    let bands = try chain(24)
    let kernel = try ThermalBath(inverseTemperature: beta, spectrum: .ohmic).kernel(on: bands)
    #expect(!kernel.isSeparable)
    for k in 0..<24 {
      for q in 0..<24 {
        let x = beta * (bands.energies[k] - bands.energies[q])
        let rate = x == 0 ? 1 : x / -Double.expMinusOne(-x)
        // e^{x/2} amplifies the rounding of x/2 ≤ 40.
        #expect(abs(kernel.rate(from: k, to: q) - rate) <= 200 * rate.ulp)
      }
    }
  }

  @Test("Ohmic rates obey detailed balance")
  func ohmicBalance() throws {
    let bands = try chain(17, twist: 0.3)
    let kernel = try ThermalBath(inverseTemperature: 3, spectrum: .ohmic).kernel(on: bands)
    for k in 0..<17 {
      for q in 0..<17 {
        let forward = kernel.rate(from: k, to: q) * .exp(-3 * bands.energies[k])
        let backward = kernel.rate(from: q, to: k) * .exp(-3 * bands.energies[q])
        #expect(abs(forward - backward) <= 1e-14 * forward)
      }
    }
  }

  @Test(
    "Correlated dephasing is sinh(1/ξ)/(cosh(1/ξ) - cos(k - p)) times that of single cells",
    arguments: [0.1, 1, 30]
  )
  func correlation(length: Double) throws {
    let modes = 12
    let bands = try BandStructure(
      of: .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
      on: MomentumGrid(extents: [modes]),
      momenta: 0..<modes
    )
    let rates = [0.7, 0.3]
    let kernel = try CorrelatedDephasing(length: length, rates: rates).kernel(on: bands)
    let single = try JumpBath.dephasing(rates: rates).kernel(on: bands)
    for k in 0..<2 * modes {
      for p in 0..<2 * modes {
        let q = 2 * Double.pi * Double(k / 2 - p / 2) / Double(modes)
        let sine = Double.sin(q / 2)
        let half = Double.sinh(0.5 / length)
        let value = Double.sinh(1 / length) / (2 * half * half + 2 * sine * sine)
        let expected = value * single.rate(from: k, to: p)
        #expect(abs(kernel.rate(from: k, to: p) - expected) <= 1e-14 * value)
      }
    }
  }

  @Test("The Fourier series of the correlation is e^(-|R|/ξ)")
  func noise() {
    // C(q) = Σ_R e^{−|R|/ξ} e^{iqR}
    let (length, modes) = (2.0, 200)
    for index in 0..<modes {
      let q = 2 * Double.pi * Double(index) / Double(modes)
      let series = (1..<100).reduce(1.0) {
        $0 + 2 * .exp(-Double($1) / length) * .cos(q * Double($1))
      }
      let modulation = Modulation.correlated(
        length: length,
        halfCosines: [.cos(q / 2), 1],
        halfSines: [.sin(q / 2), 0]
      )
      #expect(abs(modulation.value(0, 1) - series) < 1e-13)
    }
  }

  @Test("Noise without correlation is plain dephasing")
  func shortLength() throws {
    let bands = try chain(9)
    let kernel = try CorrelatedDephasing(length: 1e-4, rates: [1]).kernel(on: bands)
    #expect(kernel == (try JumpBath.dephasing(rates: [1]).kernel(on: bands)))
  }

  @Test("Correlated dephasing is refused off a chain, and with a length that is not positive")
  func errors() throws {
    let square = try BandStructure(
      of: .tightBinding(hopping: 1, dimension: 2),
      on: MomentumGrid(extents: [3, 3]),
      momenta: 0..<9
    )
    let bands = try chain(5)
    #expect(throws: ModelError.self) {
      try CorrelatedDephasing(length: 1, rates: [1]).kernel(on: square)
    }
    // On five cells the longest is 500.
    #expect(throws: Never.self) {
      try CorrelatedDephasing(length: 500, rates: [1]).kernel(on: bands)
    }
    for length in [0, -1, .nan, .infinity, 501, 1e16] {
      #expect(throws: ModelError.self) {
        try CorrelatedDephasing(length: length, rates: [1]).kernel(on: bands)
      }
    }
    #expect(throws: ModelError.self) {
      try CorrelatedDephasing(length: 1, rates: [1, 1]).kernel(on: bands)
    }
  }
}
