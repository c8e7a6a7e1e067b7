import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

@Suite("Estimates of memory")
struct MemoryEstimateTests {
  private func study(_ modes: Int, _ options: ForceOptions, ohmic: Bool = false) throws
    -> EvolveStudy
  {
    var model = try Chain.tightBinding(beta: 2, drive: 0.5)
    if ohmic {
      model.baths[0].dissipator = ThermalBath(inverseTemperature: 2, spectrum: .ohmic)
    }
    return EvolveStudy(
      StudySetup(
        model: model,
        grid: try MomentumGrid(extents: [modes]),
        initial: .uniform(filling: 0.5),
        forces: options
      ),
      outputTimes: [0, 1],
      control: StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-6)
    )
  }

  @Test("Moments take 144 bytes for each mode of a rank, nested steps 56 and implicit ones 160")
  func moments() throws {
    var study = try study(10_000_000, .init())
    // A velocity table, four factor tables and vectors of the integrator: auto may become implicit.
    #expect(study.estimatedBytes(ranks: 1) == 8 * (5 + 15) * 1e7)
    study.method = .explicit
    #expect(study.estimatedBytes(ranks: 1) == 8 * (5 + 13) * 1e7)
    study.method = .nested
    #expect(study.estimatedBytes(ranks: 1) == 8 * (5 + 2) * 1e7)
    #expect(study.estimatedBytes(ranks: 4) == study.estimatedBytes(ranks: 1) / 4)
  }

  @Test("Tables of pair sums stand on every rank, chosen or needed or compared")
  func pairs() throws {
    let modes = 1_000_000
    let separable = try study(modes, .init()).estimatedBytes(ranks: 1000)
    let direct = try study(modes, .init(choice: .direct)).estimatedBytes(ranks: 1000)
    let ohmic = try study(modes, .init(), ohmic: true).estimatedBytes(ranks: 1000)
    let compared = try study(modes, .init(verify: true)).estimatedBytes(ranks: 1000)
    for bytes in [direct, ohmic, compared] {
      #expect(bytes > 8 * 6e6)
      #expect(bytes > 100 * separable)
    }
    let compressed = try study(modes, .init(compression: 1e-12), ohmic: true)
    #expect(compressed.estimatedBytes(ranks: 1000) < ohmic)
  }

  @Test("Tables that the ranks of a host share count once for the host")
  func shared() throws {
    var study = try study(1_000_000, .init(choice: .direct))
    let own = study.estimatedBytes(ranks: 1000)
    #expect(study.setup.sharedBytes(comparesEngines: false) == 0)
    study.setup.forces.sharesMemory = true
    let common = study.setup.sharedBytes(comparesEngines: false)
    // Two channels of two tables, λ, n and h.
    #expect(common == 8 * 7e6)
    #expect(study.estimatedBytes(ranks: 1000) == own - common)
    #expect(study.estimatedBytes(ranks: 1000) < common / 50)
    study.setup.forces.choice = .separable
    #expect(study.setup.sharedBytes(comparesEngines: false) == 0)
    #expect(study.setup.sharedBytes(comparesEngines: true) == common)
  }

  @Test("Sizes beyond all memory have an estimate, too")
  func beyond() throws {
    let study = try study(1 << 52, .init())
    #expect(study.estimatedBytes(ranks: 1) > 1e17)
  }
}
