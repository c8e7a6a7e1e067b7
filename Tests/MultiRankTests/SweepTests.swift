import Communication
import Dissipation
import Kinetics
import Lattice
import MPICommunication
import Studies
import Testing
import VectorMath

extension MultiRank {
  @Suite("Sweeps") struct Sweeps {
    let world = MultiRank.world

    /// Notes the order of the points, and the digests of the states that it was shown.
    private struct Noting: SweepObserver {
      var order: [Int] = []
      var digests: [Int: UInt64] = [:]
      /// The ranks of all groups.
      let ranks: MPICommunicator?

      mutating func didFind(
        _ point: Int,
        _ lambda: borrowing AlignedVector,
        owned: Range<Int>
      ) throws {
        var whole = [Double](repeating: 0, count: 31)
        for (index, mode) in owned.enumerated() { whole[mode] = lambda[index] }
        whole[30] = Double(owned.count)
        if let ranks {
          // One rank at most has each mode: the others add nothing.
          for mode in whole.indices { whole[mode] = try ranks.sum(whole[mode]) }
        }
        #expect(whole[30] == 30)
        let alone = SerialCommunicator()
        let partition = Partition(momenta: 30, bands: 1, over: alone)
        let vector = AlignedVector(Array(whole.dropLast()))
        digests[point] = try digest(of: vector, partition: partition, over: alone)
      }

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
      var lonely = Noting(ranks: nil)
      let alone = try study.run(over: SerialCommunicator(), observer: &lonely)
      study.groups = groups
      var observer = Noting(ranks: world)
      let together = try study.run(over: world, observer: &observer)
      #expect(lonely.order == Array(0..<20) && observer.order == lonely.order)
      let digests = Dictionary(
        uniqueKeysWithValues: alone.enumerated().compactMap { point, outcome in
          outcome.result.map { (point, $0.digest) }
        }
      )
      #expect(lonely.digests == digests && observer.digests == digests && !digests.isEmpty)
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
