import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

extension MultiRank {
  @Suite("Extrapolation") struct Extrapolations {
    let world = MultiRank.world

    private struct Silent: ExtrapolateObserver {
      func willSolve(_ study: SteadyStudy) {}
      func didSolve(_ point: SizePoint) {}
    }

    @Test(
      "All ranks choose the sizes and find the limit that each finds alone",
      arguments: [DigestCase.hundred, .rashba]
    )
    func sameBits(_ example: DigestCase) throws {
      let study = ExtrapolateStudy(
        StudySetup(
          model: try example.model,
          grid: try MomentumGrid(extents: example.extents),
          initial: .uniform(filling: 0.4)
        ),
        sizes: .automatic(largest: 100),
        tolerance: 1e-6
      )
      var observer = Silent()
      let alone = try study.run(over: SerialCommunicator(), observer: &observer)
      let together = try study.run(over: world, observer: &observer)
      #expect(together.points == alone.points)
      #expect(together.limit == alone.limit)
      #expect(together.error == alone.error)
      #expect(together.decayRate == alone.decayRate)
    }

    @Test("Sizes that are too small are refused on all ranks alike")
    func refused() throws {
      let study = ExtrapolateStudy(
        StudySetup(
          model: try DigestCase.rashba.model,
          grid: try MomentumGrid(extents: [8])
        ),
        sizes: .list([4, 5])
      )
      var observer = Silent()
      let failure = #expect(throws: StudyFailure.self) {
        try study.run(over: world, observer: &observer)
      }
      #expect(failure?.description.contains("up to L = 5") == true)
    }
  }
}
