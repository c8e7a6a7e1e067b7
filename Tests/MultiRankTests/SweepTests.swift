import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

extension MultiRank {
  @Suite("Sweeps") struct Sweeps {
    let world = MultiRank.world

    private struct Noting: SweepObserver {
      var order: [Int] = []
      mutating func didFinish(_ point: Int, _ outcome: SweepOutcome) { order.append(point) }
    }

    @Test("All groups together find the bits that each rank finds alone", arguments: [1, 2, 3, 7])
    func sameBits(groups: Int) throws {
      guard groups <= world.size else { return }
      let points = try (0..<20).map { index in
        var model = try DigestCase.hundred.model
        model.baths[0].weight = 1 - Double(index) / 20
        model.baths[1].weight = Double(index) / 20
        return SweepStudy.Point(
          StudySetup(model: model, grid: try MomentumGrid(extents: [30]), recordedModes: [7]),
          at: Double(index) / 20
        )
      }
      var study = SweepStudy(points, lines: [20])
      var observer = Noting()
      let alone = try study.run(over: SerialCommunicator(), observer: &observer)
      study.groups = groups
      observer.order = []
      let together = try study.run(over: world, observer: &observer)
      #expect(observer.order == Array(0..<20))
      for (one, other) in zip(alone, together) {
        switch (one, other) {
        case (.found(let one), .found(let other)):
          #expect(one.digest == other.digest)
          #expect(one.lambda == other.lambda)
          #expect(one.observables == other.observables)
        case (.failed, .failed): break
        default: Issue.record("\(one), \(other)")
        }
      }
    }
  }
}
