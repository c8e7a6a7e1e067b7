import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

@Suite("Relaxation rates of the paper's chains")
struct SpectrumStudyTests {
  private func study(
    _ reference: Reference.Spectrum,
    _ extent: SpectrumStudy.Extent
  ) throws -> SpectrumStudy {
    let model =
      try reference.model == 1
      ? Chain.tightBinding(beta: reference.beta, drive: reference.drive)
      : Chain.rashba(beta: reference.beta, drive: reference.drive)
    let setup = StudySetup(model: model, grid: try MomentumGrid(extents: [reference.modes]))
    return SpectrumStudy(setup, extent: extent)
  }

  /// The rates that are not zero.
  private func relaxing(_ rates: [[Double]]) -> [[Double]] {
    rates.filter { abs($0[0]) > 1e-12 }.sorted { $0[0] < $1[0] }
  }

  @Test("The slowest rates to 1e-8", arguments: try Reference.spectra())
  func slowest(_ reference: Reference.Spectrum) throws {
    let result = try study(reference, .slowest(5)).run(over: SerialCommunicator())
    let expected = relaxing(reference.slowest)
    let rates = result.spectrum.rates
    #expect(rates.count == 5)
    #expect(result.spectrum.conservedQuantities == 1)
    #expect(result.spectrum.idleModes == (reference.model == 2 && reference.drive == 1 ? 2 : 0))
    #expect(rates.allSatisfy { $0.residual < 1e-10 })
    for (rate, expected) in zip(rates, expected) {
      #expect(abs(rate.real - expected[0]) < 1e-8 * expected[0])
      #expect(abs(abs(rate.imaginary) - abs(expected[1])) < 1e-8 * expected[0])
    }
    if let first = expected.first {
      #expect(abs((result.gap ?? 0) - 0.05 * first[0]) < 1e-8 * 0.05 * first[0])
    }
  }

  @Test("All rates to 1e-8", arguments: try Reference.spectra().filter { $0.all != nil })
  func all(_ reference: Reference.Spectrum) throws {
    let result = try study(reference, .all).run(over: SerialCommunicator())
    let expected = relaxing(reference.all ?? [])
    #expect(result.spectrum.rates.count == expected.count)
    for (rate, expected) in zip(result.spectrum.rates, expected) {
      #expect(abs(rate.real - expected[0]) < 1e-8 * expected[0])
      #expect(abs(abs(rate.imaginary) - abs(expected[1])) < 1e-8 * expected[0])
    }
    let slowest = try study(reference, .slowest(1000)).run(over: SerialCommunicator())
    #expect(slowest.spectrum.rates.count == expected.count)
    for (rate, expected) in zip(slowest.spectrum.rates, expected) {
      #expect(abs(rate.real - expected[0]) < 1e-8 * expected[0])
    }
  }

  @Test("The slowest state where only one relaxes so slowly", arguments: try Reference.spectra())
  func state(_ reference: Reference.Spectrum) throws {
    // States of rates that occur twice, or nearly so, are not unique; those of idle modes do not relax.
    let rates = relaxing(reference.slowest)
    guard rates.count > 1, reference.drive > 0, rates.count == reference.slowest.count else {
      return
    }
    for extent in [SpectrumStudy.Extent.slowest(2), .all] {
      let result = try study(reference, extent).run(over: SerialCommunicator())
      let state = try #require(result.spectrum.slowest)
      #expect(abs(state.participation - reference.participation) < 1e-6 * reference.participation)
      let bands = reference.model
      let (band, j) = reference.peak.quotientAndRemainder(dividingBy: reference.modes)
      #expect(state.peak == j * bands + band)
    }
  }

  /// In 60 digits the rates are positive, the smallest 0.12 εJ; LAPACK finds negative ones.
  @Test(
    "Rates too far apart for LAPACK are an error, and never negative",
    arguments: [15.0, 20, 40]
  )
  func graded(_ beta: Double) throws {
    let setup = StudySetup(
      model: try Chain.rashba(beta: beta, drive: 0.5),
      grid: try MomentumGrid(extents: [20]),
      initial: .uniform(filling: 0.01)
    )
    for extent in [SpectrumStudy.Extent.all, .slowest(3)] {
      do {
        let result = try SpectrumStudy(setup, extent: extent).run(over: SerialCommunicator())
        #expect(extent != .all)
        #expect(result.spectrum.rates.allSatisfy { $0.real > 0 })
      } catch NumericalError.spectrum(let reason) {
        #expect(reason.contains("rates above 0 and 1e-08 are allowed"))
      }
    }
  }

  /// The gaps of an eigenvalue problem in 320 digits and of the whole spectrum.
  @Test(
    "Slow rates of small cold lattices are not lost next to rates of 10¹³ εJ and more",
    arguments: [
      (12, 30.0, 0.11111833063189368), (3, 24, 0.10815289460347817), (9, 28, 0.11813320178289587),
    ]
  )
  func coldAndSmall(modes: Int, beta: Double, gap: Double) throws {
    let setup = StudySetup(
      model: try Chain.tightBinding(beta: beta, drive: 0.5),
      grid: try MomentumGrid(extents: [modes]),
      initial: .uniform(filling: 0.5)
    )
    let slowest = try SpectrumStudy(setup).run(over: SerialCommunicator())
    #expect(slowest.spectrum.conservedQuantities == 1)
    #expect(slowest.spectrum.rates.count == min(6, modes - 1))
    let found = try #require(slowest.spectrum.rates.first)
    #expect(abs(slowest.unit * found.real - gap) < 1e-12 * gap)
    #expect(found.residual < 1e-12)
    let all = try SpectrumStudy(setup, extent: .all).run(over: SerialCommunicator())
    for (rate, other) in zip(slowest.spectrum.rates, all.spectrum.rates) {
      #expect(abs(rate.real - other.real) < 1e-8 * other.real)
    }
  }

  @Test("The slowest rates are those of the whole spectrum where moments do not give them")
  func cold() throws {
    let setup = StudySetup(
      model: try Chain.tightBinding(beta: 10, drive: 0.01),
      grid: try MomentumGrid(extents: [20]),
      initial: .uniform(filling: 0.05)
    )
    let slowest = try SpectrumStudy(setup, extent: .slowest(4)).run(over: SerialCommunicator())
    let all = try SpectrumStudy(setup, extent: .all).run(over: SerialCommunicator())
    #expect(slowest.spectrum.rates.count == 4)
    for (rate, other) in zip(slowest.spectrum.rates, all.spectrum.rates) {
      #expect(abs(rate.real - other.real) < 1e-8 * other.real)
    }
  }
}
