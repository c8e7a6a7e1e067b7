import Communication
import Foundation
import Kinetics
import Lattice
import Studies
import TestSupport
import Testing

@Suite("Sweeps that are interrupted")
struct SweepResumeTests {
  /// What interrupted runs have left, in memory that all ranks share.
  private final class Vault: @unchecked Sendable {
    private let lock = NSLock()
    private var outcomes: [Int: [UInt8]] = [:]
    private var words: [Int: StateWords] = [:]
    private var lambda: [Int: [Double]] = [:]
    private var restored = 0

    /// How often a state was taken over.
    var restorations: Int { lock.withLock { restored } }

    var former: [Int: SweepOutcome] {
      lock.withLock { outcomes.compactMapValues { try? SweepOutcome(message: $0) } }
    }

    func keep(_ found: [Int: SweepOutcome]) {
      lock.withLock { outcomes.merge(found.mapValues(\.message)) { $1 } }
    }

    func save(_ chain: Int, _ words: StateWords, _ part: [Double], _ partition: Partition) {
      lock.withLock {
        self.words[chain] = words
        if lambda[chain]?.count != partition.modes {
          lambda[chain] = Array(repeating: .nan, count: partition.modes)
        }
        lambda[chain]?.replaceSubrange(partition.owned, with: part)
      }
    }

    func words(_ chain: Int) -> StateWords? { lock.withLock { words[chain] } }

    func lambda(_ chain: Int, _ partition: Partition) -> [Double] {
      lock.withLock {
        restored += partition.rank == 0 ? 1 : 0
        return Array(lambda[chain]?[partition.owned] ?? [])
      }
    }
  }

  private struct Stop: Error {}

  /// Stops a sweep after some more points; keeps the state of each point whose number is a multiple of
  /// `period`.
  private struct StoppingKeeper: SweepKeeper {
    let vault: Vault
    let former: [Int: SweepOutcome]
    let period: Int
    var left: Int

    init(_ vault: Vault, period: Int, limit: Int) {
      (self.vault, self.period, left) = (vault, period, limit)
      former = vault.former
    }

    mutating func keep(_ found: [Int: SweepOutcome], isLast: Bool) throws {
      vault.keep(found)
      left -= found.count
      if left <= 0, !isLast { throw Stop() }
    }

    func save(
      _ words: StateWords,
      _ lambda: UnsafeBufferPointer<Double>,
      ofChain chain: Int,
      partition: Partition,
      over group: some Communicator
    ) throws {
      var copy = words
      guard try copy.takeInteger() % period == 0 else { return }
      vault.save(chain, words, Array(lambda), partition)
      try group.barrier()
    }

    func words(ofChain chain: Int, over group: some Communicator) -> StateWords? {
      vault.words(chain)
    }

    func readLambda(
      ofChain chain: Int,
      into lambda: UnsafeMutableBufferPointer<Double>,
      partition: Partition,
      over group: some Communicator
    ) throws {
      let values = vault.lambda(chain, partition)
      guard values.count == lambda.count else { throw Stop() }
      for (index, value) in values.enumerated() { lambda[index] = value }
    }

    func discard(chain: Int, over group: some Communicator) {}
  }

  private struct Noting: SweepObserver {
    var order: [Int] = []
    mutating func didFinish(_ point: Int, _ outcome: SweepOutcome) { order.append(point) }
  }

  /// What varies in a sweep.
  enum Kind: CaseIterable {
    /// Weights alone: moments are extrapolated.
    case drive
    /// The bands: each point has tables of its own. One point fails.
    case field
    /// The weights, by pair sums.
    case direct
    /// The size, in which λ is of no use to the next point.
    case size
    /// The weights, on a lattice whose points begin with the state of a coarse one. One point fails.
    case coarse
    /// The weights, where the coarse lattice has other moments.
    case sharp
    /// The weights, without tables on the first line; on the second one the coarse lattice has other moments.
    case computed
  }

  private static func study(_ kind: Kind) throws -> SweepStudy {
    let points = try (0..<20).map { index in
      let value = 0.3 + 0.03 * Double(index)
      let model =
        switch kind {
        case .field: try Chain.rashba(beta: 2, drive: 0.5, zeeman: index == 6 ? 0 : value)
        case .coarse: try Chain.rashba(beta: 2, drive: value, zeeman: index == 6 ? 0 : 1)
        case .sharp: try Chain.rashba(beta: 5, drive: value, zeeman: 0.01)
        case .computed:
          index < 13
            ? try Chain.tightBinding(beta: 2, drive: value) : try Chain.farHopping(drive: value)
        default: try Chain.rashba(beta: 2, drive: value)
        }
      let momenta =
        switch kind {
        case .size: 20 + 2 * index
        case .coarse, .sharp: 8192
        case .computed: 24_576
        default: 24
        }
      var setup = StudySetup(
        model: model,
        grid: try MomentumGrid(extents: [momenta]),
        initial: .uniform(filling: 0.45),
        recordedModes: [0, 3]
      )
      if kind == .direct { setup.forces.choice = .direct }
      return SweepStudy.Point(setup, at: value)
    }
    var study = SweepStudy(points, lines: [13, 7])
    study.tabulatedModes = 20_000
    return study
  }

  /// Runs a sweep until it is done, or so many more points are found.
  private static func run(
    _ study: SweepStudy,
    ranks: Int,
    from vault: Vault,
    period: Int,
    until limit: Int
  ) throws -> [SweepOutcome]? {
    let results = InProcessCommunicator.outcomes(ranks: ranks) { group in
      var observer = Noting()
      // All ranks see the same.
      var keeper = StoppingKeeper(vault, period: period, limit: limit)
      try group.barrier()
      let outcomes = try study.run(over: group, observer: &observer, keeper: &keeper)
      #expect(observer.order == Array(study.points.indices))
      return outcomes
    }
    do { return try results[0].get() } catch is Stop { return nil }
  }

  @Test(
    "Interrupted anywhere, on other ranks and in other groups, a sweep finds the same bits",
    arguments: Kind.allCases,
    [1, 3, 1000]
  )
  func sameBits(kind: Kind, period: Int) throws {
    var study = try SweepResumeTests.study(kind)
    var observer = Noting()
    let outcomes = try study.run(over: SerialCommunicator(), observer: &observer)
    let whole = outcomes.map(\.message)
    if kind == .coarse {
      for case .found(let result) in outcomes { #expect(result.iterations == 1) }
    }
    for stops in [[1], [4, 1], [7, 8], [12], [13, 3], [19]] {
      let vault = Vault()
      var (ranks, groups) = (1, 1)
      for limit in stops {
        study.groups = groups
        let none = try SweepResumeTests.run(
          study,
          ranks: ranks,
          from: vault,
          period: period,
          until: limit
        )
        #expect(none == nil)
        (ranks, groups) = (ranks + 1, min(2, groups + 1))
      }
      study.groups = groups
      let found = try SweepResumeTests.run(
        study,
        ranks: ranks,
        from: vault,
        period: period,
        until: .max
      )
      #expect(found?.map(\.message) == whole, "\(stops)")
      if period == 1, stops == [4, 1] { #expect(vault.restorations > 0) }
    }
  }

  @Test("Points that are known are not solved again")
  func known() throws {
    let study = try SweepResumeTests.study(.drive)
    let vault = Vault()
    let none = try SweepResumeTests.run(study, ranks: 1, from: vault, period: 1, until: 14)
    #expect(none == nil)
    // What is not true is believed: nothing looks again.
    vault.keep([2: .failed("told so")])
    let outcomes = try SweepResumeTests.run(study, ranks: 2, from: vault, period: 1, until: .max)
    let all = try #require(outcomes)
    guard case .failed("told so") = all[2] else {
      Issue.record("\(all[2])")
      return
    }
    var observer = Noting()
    let whole = try study.run(over: SerialCommunicator(), observer: &observer)
    #expect(all[3...].map(\.message) == whole[3...].map(\.message))
  }
}
