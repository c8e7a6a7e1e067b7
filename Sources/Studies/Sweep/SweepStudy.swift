import Communication
import Dissipation
import Kinetics
import Lattice

/// Steady states of many setups that lie on lines.
public struct SweepStudy: Sendable {
  /// A setup on a line.
  public struct Point: Sendable {
    /// What to solve.
    public var setup: StudySetup

    /// Where it lies on its line; `nil` if what varies is no number.
    public var parameter: Double?

    /// Creates a point.
    public init(_ setup: StudySetup, at parameter: Double?) {
      self.setup = setup
      self.parameter = parameter
    }
  }

  /// The points, line by line.
  public var points: [Point]

  /// How many points each line has.
  public var lines: [Int]

  /// The number of groups into which the ranks are divided; each takes its share of the points.
  public var groups: Int

  /// Tables that have formulas are kept from one point to the next up to this number of modes; beyond it they come
  /// from memory no faster than they are computed again.
  public var tabulatedModes = 1 << 22

  /// Creates a study.
  ///
  /// - Precondition: The lines have all points.
  public init(_ points: [Point], lines: [Int], groups: Int = 1) {
    precondition(lines.reduce(0, +) == points.count && groups > 0)
    self.points = points
    self.lines = lines
    self.groups = groups
  }

  /// The memory that each rank needs, in bytes.
  ///
  /// - Parameter ranks: The number of ranks of all groups.
  /// - Returns: Bytes of the largest point.
  public func estimatedBytes(ranks: Int) -> Double {
    points.reduce(0) { bytes, point in
      let study = SteadyStudy(point.setup)
      let ranks = max(1, ranks / groups)
      return max(
        bytes,
        point.setup.computesTables(above: tabulatedModes)
          ? study.estimatedBytes(ranks: ranks, keepsLambda: true)
          : study.tabulatedBytes(ranks: ranks)
      )
    }
  }

  /// Solves all points; see the function with a keeper.
  ///
  /// Collective.
  public func run(
    over communicator: some Communicator,
    observer: inout some SweepObserver & ~Copyable
  ) throws -> [SweepOutcome] {
    var keeper = NoSweepKeeper()
    return try run(over: communicator, observer: &observer, keeper: &keeper)
  }

  /// Solves all points that the keeper does not know.
  ///
  /// Collective. A point that fails is reported, and the others go on.
  ///
  /// - Parameters:
  ///   - communicator: The ranks, at least one for each group.
  ///   - observer: Shown the states, and told on each rank what was found, point by point, now or by former runs.
  ///   - keeper: Keeps what is found; may end the sweep.
  ///   - prepare: Is called on the ranks of a group before they keep tables where `estimatedBytes` has promised
  ///     less, with the bytes that each rank then needs.
  /// - Returns: What became of each point, the same on every rank, and for any number of groups,
  ///   ranks and interruptions.
  /// - Throws: `TableRefusal` where `prepare` throws on a rank, which ends the sweep; `CommunicationError`, and what
  ///   keeper and observer throw.
  /// - Complexity: With more than one group some broadcasts of a few hundred bytes for each point.
  public func run<Keeper: SweepKeeper & ~Copyable>(
    over communicator: some Communicator,
    observer: inout some SweepObserver & ~Copyable,
    keeper: inout Keeper,
    prepare: @escaping (Double) throws -> Void = { _ in }
  ) throws -> [SweepOutcome] {
    precondition(groups <= communicator.size, "each group needs a rank")
    let chains = SweepPlan(lines: lines).remaining(after: keeper.former)
    var record = SweepRecord(points: points.count, keeper.former)
    record.add([:], observer: &observer)
    if groups == 1 {
      var solver = ChainSolver(self, over: communicator, prepare: prepare)
      for chain in chains {
        try solver.begin(chain, &keeper)
        for index in chain.points {
          let found = [index: try solver.solve(index, &keeper)]
          try solver.show(found, own: index, to: &observer)
          record.add(found, observer: &observer)
          try keeper.keep(
            found,
            isLast: chain == chains.last && index + 1 == chain.points.upperBound
          )
        }
      }
      return record.all
    }
    let exchange = SweepExchange(chains, groups: groups)
    let ranks = Partition(momenta: communicator.size, bands: 1, rank: 0, ranks: groups)
    let own = (0..<groups).firstIndex { ranks.momenta(of: $0).contains(communicator.rank) } ?? 0
    let firsts = (0..<groups).map { ranks.momenta(of: $0).lowerBound }
    return try communicator.split(color: own) { group in
      var solver = ChainSolver(self, over: group, prepare: prepare)
      for round in 0..<exchange.rounds {
        var outcome: Result<SweepOutcome, TableRefusal>?
        let index = exchange.point(round, of: own)
        if let index {
          do {
            if let chain = exchange.chain(beginningAt: index) { try solver.begin(chain, &keeper) }
            outcome = .success(try solver.solve(index, &keeper))
          } catch let refusal as TableRefusal {
            outcome = .failure(refusal)
          }
        }
        let found = try exchange.share(round, outcome, firsts: firsts, over: communicator)
        try solver.show(found, own: index, to: &observer)
        record.add(found, observer: &observer)
        try keeper.keep(found, isLast: round + 1 == exchange.rounds)
      }
      return record.all
    }
  }
}
