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

  /// Creates a study.
  ///
  /// - Precondition: The lines have all points.
  public init(_ points: [Point], lines: [Int], groups: Int = 1) {
    precondition(lines.reduce(0, +) == points.count && groups > 0)
    self.points = points
    self.lines = lines
    self.groups = groups
  }

  /// The memory that each rank needs at most, in bytes.
  ///
  /// - Parameter ranks: The number of ranks of all groups.
  /// - Returns: Bytes of the largest point.
  public func estimatedBytes(ranks: Int) -> Double {
    points.reduce(0) { bytes, point in
      max(bytes, SteadyStudy(point.setup).estimatedBytes(ranks: max(1, ranks / groups)))
    }
  }

  /// Solves all points.
  ///
  /// Collective. A point that fails is reported, and the others go on.
  ///
  /// - Parameters:
  ///   - communicator: The ranks, at least one for each group.
  ///   - observer: Told on each rank what was found, point by point.
  /// - Returns: What became of each point, the same on every rank, and for any number of groups.
  /// - Throws: `CommunicationError`.
  /// - Complexity: With more than one group some broadcasts of a few hundred bytes for each point.
  public func run(
    over communicator: some Communicator,
    observer: inout some SweepObserver
  ) throws -> [SweepOutcome] {
    precondition(groups <= communicator.size, "each group needs a rank")
    let plan = SweepPlan(lines: lines)
    guard groups > 1 else {
      var outcomes: [SweepOutcome] = []
      var solver = ChainSolver(over: communicator)
      for chain in plan.chains {
        solver.restart()
        for index in chain {
          outcomes.append(try solver.solve(points[index]))
          observer.didFinish(index, outcomes[index])
        }
      }
      return outcomes
    }
    let ranks = Partition(momenta: communicator.size, bands: 1, rank: 0, ranks: groups)
    let own = (0..<groups).firstIndex { ranks.momenta(of: $0).contains(communicator.rank) } ?? 0
    return try communicator.split(color: own) { group in
      var exchange = SweepExchange(plan, groups: groups, points: points.count)
      var solver = ChainSolver(over: group)
      for round in 0..<exchange.rounds {
        var outcome: SweepOutcome?
        if let index = exchange.point(round, of: own) {
          if exchange.begins(index) { solver.restart() }
          outcome = try solver.solve(points[index])
        }
        for (index, outcome) in try exchange.share(
          round,
          outcome,
          firsts: (0..<groups).map { ranks.momenta(of: $0).lowerBound },
          over: communicator
        ) {
          observer.didFinish(index, outcome)
        }
      }
      return exchange.all
    }
  }
}

/// Solves the points of a chain, each from the last.
struct ChainSolver<Group: Communicator>: ~Copyable {
  private var branch: SteadyBranch<Group>

  /// The other engine judges points, too, up to this number of modes: pair sums take longer than the solution.
  private static var verifiedModes: Int { 2000 }

  init(over communicator: Group) {
    branch = SteadyBranch(verifiedModes: ChainSolver.verifiedModes, over: communicator)
  }

  /// Begins another chain; what it shares with the last one is kept.
  mutating func restart() { branch.restart() }

  /// Solves a point.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError`; other errors are the outcome.
  mutating func solve(_ point: SweepStudy.Point) throws -> SweepOutcome {
    do {
      return .found(try branch.solve(point.setup, at: point.parameter))
    } catch let error as CommunicationError {
      throw error
    } catch {
      return .failed("\(error)")
    }
  }
}
