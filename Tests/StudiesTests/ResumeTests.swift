import Communication
import Foundation
import Kinetics
import Studies
import TestSupport
import Testing
import VectorMath

@Suite("Studies that are interrupted")
struct ResumeTests {
  /// A state in memory that all ranks share.
  private final class Vault: @unchecked Sendable {
    private let lock = NSLock()
    private var words: StateWords?
    private var vectors: [[Double]] = []

    var saved: StateWords? { lock.withLock { words } }

    func save(_ words: StateWords, _ parts: [[Double]], _ owned: Range<Int>, of modes: Int) {
      lock.withLock {
        self.words = words
        if vectors.count != parts.count {
          vectors = parts.map { _ in [Double](repeating: .nan, count: modes) }
        }
        for (index, part) in parts.enumerated() {
          vectors[index].replaceSubrange(owned, with: part)
        }
      }
    }

    func read(_ index: Int, _ owned: Range<Int>) -> [Double] {
      lock.withLock { Array(vectors[index][owned]) }
    }
  }

  private struct Stop: Error {}

  /// Stops a run after so many steps.
  private struct StoppingKeeper: StateKeeper {
    let former: StateWords?
    let vault: Vault
    let partition: Partition
    let limit: Int

    init(_ vault: Vault, _ partition: Partition, limit: Int) {
      (self.vault, self.partition, self.limit) = (vault, partition, limit)
      former = vault.saved
    }

    func read(_ index: Int, into vector: UnsafeMutableBufferPointer<Double>) {
      let values = vault.read(index, partition.owned)
      precondition(values.count == vector.count, "the slices of another partition")
      for (place, value) in values.enumerated() { vector[place] = value }
    }

    func isDue(after steps: Int) -> Bool { steps >= limit }

    func save(_ words: StateWords, _ vectors: [UnsafeBufferPointer<Double>]) throws {
      vault.save(words, vectors.map { Array($0) }, partition.owned, of: partition.modes)
      throw Stop()
    }
  }

  /// Runs a study on so many ranks until it is done, or has taken so many steps.
  private static func run(
    _ study: EvolveStudy,
    ranks: Int,
    from vault: Vault,
    until limit: Int
  ) throws -> EvolveResult? {
    let results = InProcessCommunicator.outcomes(ranks: ranks) { group in
      let partition = study.setup.partition(over: group)
      var observer = SilentObserver()
      var keeper = StoppingKeeper(vault, partition, limit: limit)
      return try study.run(over: group, observer: &observer, keeper: &keeper)
    }
    do { return try results[0].get() } catch is Stop { return nil }
  }

  private static func expectEqual(_ result: EvolveResult?, _ whole: EvolveResult) throws {
    let result = try #require(result)
    #expect(result.digest == whole.digest)
    #expect(result.statistics == whole.statistics)
    #expect(result.engine == whole.engine)
    #expect(result.outputs.map(\.time) == whole.outputs.map(\.time))
    #expect(result.outputs.map(\.lambda) == whole.outputs.map(\.lambda))
    #expect(result.outputs.map(\.observables) == whole.outputs.map(\.observables))
    #expect(result.outputs.map(\.statistics) == whole.outputs.map(\.statistics))
  }

  /// Interrupts a run after each step, each time on another number of ranks.
  private static func expectPieces(of study: EvolveStudy, toBecome whole: EvolveResult) throws {
    let vault = Vault()
    var result: EvolveResult?
    for limit in 0...whole.statistics.steps where result == nil {
      let last = limit == whole.statistics.steps
      result = try run(
        study,
        ranks: 1 + limit % 5,
        from: vault,
        until: last ? .max : limit
      )
    }
    try expectEqual(result, whole)
  }

  @Test(
    "Half on P ranks and the rest on P′ equals the whole run bit for bit",
    arguments: [
      (ForceChoice.separable, SteppingMethod.explicit), (.separable, .implicit), (.direct, .auto),
    ]
  )
  func halves(forces: ForceChoice, method: SteppingMethod) throws {
    var study = try EvolveStudyTests.study(
      extents: [21],
      drive: 0.5,
      outputTimes: [0, 3, 10],
      forces: forces
    )
    study.method = method
    let whole = try EvolveStudyTests.run(study)
    var generator = SeededGenerator(seed: 5)
    for before in 1...4 {
      for after in 1...4 {
        let vault = Vault()
        let limit = Int.random(in: 0..<whole.statistics.steps, using: &generator)
        #expect(try ResumeTests.run(study, ranks: before, from: vault, until: limit) == nil)
        let rest = try ResumeTests.run(study, ranks: after, from: vault, until: .max)
        try ResumeTests.expectEqual(rest, whole)
      }
    }
  }

  @Test(
    "A run interrupted after each step, each time on another number of ranks, is the whole run",
    arguments: [
      (ForceChoice.direct, SteppingMethod.auto, 2.0), (.separable, .explicit, 2),
      (.separable, .implicit, 200), (.separable, .auto, 4e4), (.separable, .auto, .infinity),
    ]
  )
  func pieces(forces: ForceChoice, method: SteppingMethod, end: Double) throws {
    var study = try EvolveStudyTests.study(
      extents: [12],
      drive: 0.2,
      outputTimes: end.isFinite ? [0, end / 4, end] : [0],
      initial: .thermal(inverseTemperature: 0.3, filling: 0.4),
      forces: forces
    )
    study.method = method
    study.endsSteady = end == .infinity
    let whole = try EvolveStudyTests.run(study)
    if method == .auto, end > 1000, end.isFinite {
      #expect(whole.statistics.method == "explicit+implicit")
    }
    try ResumeTests.expectPieces(of: study, toBecome: whole)
  }

  @Test("Nested steps, saved after each, each time on another number of ranks, are the whole run")
  func nested() throws {
    var study = try EvolveStudyTests.study(
      extents: [8192],
      drive: 0.2,
      outputTimes: [0, 4, 40],
      initial: .thermal(inverseTemperature: 0.3, filling: 0.4),
      forces: .separable
    )
    study.method = .nested
    let whole = try EvolveStudyTests.run(study)
    #expect(whole.statistics.nestedSteps > 4)
    try ResumeTests.expectPieces(of: study, toBecome: whole)
  }

  @Test("A state of another initial state is refused")
  func otherStart() throws {
    func study(_ filling: Double) throws -> EvolveStudy {
      try EvolveStudyTests.study(
        extents: [8],
        drive: 0,
        outputTimes: [0, 1],
        initial: .uniform(filling: filling),
        forces: .separable
      )
    }
    let vault = Vault()
    #expect(try ResumeTests.run(study(0.5), ranks: 1, from: vault, until: 3) == nil)
    #expect(throws: StateError.self) {
      try ResumeTests.run(study(0.25), ranks: 1, from: vault, until: .max)
    }
  }
}
