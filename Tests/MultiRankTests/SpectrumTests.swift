import Communication
import Kinetics
import Lattice
import Studies
import Testing

extension MultiRank {
  @Suite("Relaxation rates") struct Spectra {
    let world = MultiRank.world

    @Test(
      "All ranks together find the bits that each finds alone",
      arguments: DigestCase.allCases
    )
    func sameBits(_ example: DigestCase) throws {
      let setup = StudySetup(
        model: try example.model,
        grid: try MomentumGrid(extents: example.extents),
        initial: .uniform(filling: 0.4)
      )
      for extent in [SpectrumStudy.Extent.slowest(5), .all] {
        if extent == .all, setup.modes > 200 { continue }
        let study = SpectrumStudy(setup, extent: extent)
        let alone = try study.run(over: SerialCommunicator())
        let together = try study.run(over: world)
        #expect(together.spectrum == alone.spectrum)
        #expect(together.gap == alone.gap)
        #expect(together.isComplete == alone.isComplete)
        #expect(together.steady.digest == alone.steady.digest)
        #expect(!alone.spectrum.rates.isEmpty)
      }
    }

    @Test("More modes than a whole spectrum may have stop all ranks with one error")
    func tooMany() throws {
      let setup = StudySetup(
        model: try DigestCase.hundred.model,
        grid: try MomentumGrid(extents: [RelaxationSpectrum.mostModes + 1])
      )
      #expect(throws: ModelError.self) {
        try SpectrumStudy(setup, extent: .all).run(over: world)
      }
    }
  }
}
