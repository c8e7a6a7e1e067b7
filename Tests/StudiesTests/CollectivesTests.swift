import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing
import VectorMath

/// What ranks say to each other between one accepted step and the next.
///
/// A message more in each step slows a run on a thousand ranks down, and no result changes: only a count
/// shows it.
@Suite("Collectives of a step")
struct CollectivesTests {
  /// Collectives that were made by the end of a step, and what was done until then.
  private struct Sample: Sendable {
    let counts: CountingCommunicator<InProcessCommunicator>.Counts
    let statistics: EvolutionStatistics
  }

  /// The samples of a run without outputs between its ends, the same on each of two ranks.
  private func samples(
    _ method: SteppingMethod,
    _ forces: ForceChoice = .separable,
    modes: Int = 64,
    until end: Double,
    tolerance: Double = 1e-8
  ) throws -> [Sample] {
    let study = EvolveStudy(
      StudySetup(
        model: try Chain.tightBinding(beta: 2, drive: 0.5),
        grid: try MomentumGrid(extents: [modes]),
        initial: .uniform(filling: 0.3),
        forces: ForceOptions(choice: forces)
      ),
      outputTimes: [0, end],
      control: StepControl(relativeTolerance: tolerance, absoluteTolerance: tolerance),
      method: method
    )
    let ranks = try InProcessCommunicator.run(ranks: 2) { rank in
      let world = CountingCommunicator(rank)
      var observer = Observer(world)
      _ = try study.run(over: world, observer: &observer)
      return observer.samples
    }
    #expect(ranks[0].map(\.counts) == ranks[1].map(\.counts))
    #expect(ranks[0].count > 1)
    return ranks[0]
  }

  private struct Observer: EvolveObserver {
    private let world: CountingCommunicator<InProcessCommunicator>
    private(set) var samples: [Sample] = []

    init(_ world: CountingCommunicator<InProcessCommunicator>) { self.world = world }

    mutating func didStep(to time: Double, of end: Double, _ statistics: EvolutionStatistics) {
      samples.append(Sample(counts: world.counts, statistics: statistics))
    }
  }

  @Test("Explicit steps with moments: one sum for each stage, the last with the error norm")
  func explicit() throws {
    // So coarse that stability limits the steps and some are rejected.
    let samples = try samples(.explicit, until: 1000, tolerance: 1e-3)
    for (one, two) in zip(samples, samples.dropFirst()) {
      let made = two.counts.since(one.counts)
      let attempts =
        1 + two.statistics.rejectedSteps - one.statistics.rejectedSteps
      #expect(made.sums == 12 * attempts)
      #expect(made.all == made.sums)
    }
    #expect(samples.count > 20)
    #expect(try #require(samples.last).statistics.rejectedSteps > 0)
  }

  @Test("auto asks for stability in every tenth step, where hundreds are left")
  func auto() throws {
    let near = try samples(.auto, until: 40)
    for (one, two) in zip(near, near.dropFirst()) where two.statistics.steps > 1 {
      #expect(two.counts.since(one.counts).all % 12 == 0)
    }
    #expect(near.count > 20)
    let far = try samples(.auto, until: 2000)
    for (one, two) in zip(far, far.dropFirst()) where two.statistics.method == "explicit" {
      let looks = two.statistics.steps % 10 == 0 ? 1 : 0
      let made = two.counts.since(one.counts)
      #expect(made.maxima <= looks)
      #expect(made.all == made.sums + made.maxima && made.sums % 12 == 0)
    }
  }

  @Test("Nested steps: the plan of the first rank and one sum for each window")
  func nested() throws {
    let samples = try samples(.nested, modes: 8192, until: 400, tolerance: 1e-12)
    for (one, two) in zip(samples, samples.dropFirst()) {
      let made = two.counts.since(one.counts)
      #expect(made.broadcasts == 1)
      #expect(made.sums == 1)
      #expect(made.all == 2)
    }
  }

  @Test("Direct forces: one gather for each stage, one sum for the error norm of a step")
  func direct() throws {
    let samples = try samples(.explicit, .direct, until: 100)
    for (one, two) in zip(samples, samples.dropFirst()) {
      let made = two.counts.since(one.counts)
      let attempts = 1 + two.statistics.rejectedSteps - one.statistics.rejectedSteps
      #expect(made.gathers == 12 * attempts)
      #expect(made.sums == attempts)
      #expect(made.all == made.gathers + made.sums)
    }
    #expect(samples.count > 20)
  }
}
