import Communication
import Kinetics
import VectorMath

/// Solves the points of a chain, each from the last.
struct ChainSolver<Group: Communicator>: ~Copyable {
  private let communicator: Group
  private let points: [SweepStudy.Point]
  private var branch: SteadyBranch<Group>
  private var chain = SweepChain(number: 0, points: 0..<0, walked: 0)

  /// The other engine judges points, too, up to this number of modes: pair sums take longer than the solution.
  private static var verifiedModes: Int { 2000 }

  /// Prepares chains of a study.
  ///
  /// Not collective.
  init(
    _ study: SweepStudy,
    over communicator: Group,
    prepare: @escaping (Double) throws -> Void
  ) {
    self.communicator = communicator
    points = study.points
    branch = SteadyBranch(verifiedModes: ChainSolver.verifiedModes, over: communicator)
    branch.tabulatedModes = study.tabulatedModes
    branch.prepare = prepare
  }

  /// Goes to the beginning of a chain, or to where it was in front of its first point that is left; what it
  /// shares with the last one is kept.
  ///
  /// Collective. From the state that was kept of the chain the points behind it are solved again, without one
  /// all of them.
  ///
  /// - Throws: `CommunicationError`.
  mutating func begin<Keeper: SweepKeeper & ~Copyable>(
    _ chain: SweepChain,
    _ keeper: inout Keeper
  ) throws {
    if !self.chain.points.isEmpty {
      try keeper.discard(chain: self.chain.number, over: communicator)
    }
    self.chain = chain
    branch.restart()
    guard chain.walked < chain.points.lowerBound else { return }
    let first = try restore(&keeper).map { $0 + 1 } ?? chain.walked
    for index in first..<chain.points.lowerBound { _ = try solve(index) }
  }

  /// Solves a point of the chain.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError`; other errors are the outcome.
  mutating func solve<Keeper: SweepKeeper & ~Copyable>(
    _ index: Int,
    _ keeper: inout Keeper
  ) throws -> SweepOutcome {
    let outcome = try solve(index)
    guard case .found(let result) = outcome, index + 1 < chain.points.upperBound else {
      return outcome
    }
    try branch.withState { state, lambda, partition in
      var words = StateWords()
      words.append(index)
      words.append(result.digest)
      words.append(state)
      try keeper.save(
        words,
        UnsafeBufferPointer(lambda.buffer),
        ofChain: chain.number,
        partition: partition,
        over: communicator
      )
    }
    return outcome
  }

  /// Shows an observer the states that were found in a round, one after the other.
  ///
  /// Called on the ranks of all groups.
  ///
  /// - Parameters:
  ///   - found: What was found, by point; the same on all ranks.
  ///   - own: The point that this solver has solved last, if it is one of them.
  ///   - observer: Takes λ of the owned modes; none of the points of other groups.
  /// - Throws: What the observer throws.
  func show(
    _ found: [Int: SweepOutcome],
    own: Int?,
    to observer: inout some SweepObserver & ~Copyable
  ) throws {
    for (point, outcome) in found.sorted(by: { $0.key < $1.key }) {
      guard case .found = outcome else { continue }
      if point == own {
        try branch.withLambda { lambda, partition in
          try observer.didFind(point, lambda, owned: partition.owned)
        }
      } else {
        try observer.didFind(point, AlignedVector(count: 0), owned: 0..<0)
      }
    }
  }

  private mutating func solve(_ index: Int) throws -> SweepOutcome {
    do {
      return .found(try branch.solve(points[index].setup, at: points[index].parameter))
    } catch let error as CommunicationError {
      throw error
    } catch var refusal as TableRefusal {
      refusal.point = index
      throw refusal
    } catch {
      return .failed(try communicator.sharedMessage(of: error))
    }
  }

  /// Takes over the state that was kept, if it is one of a point on the way.
  ///
  /// Collective.
  ///
  /// - Returns: The point whose state it is.
  private mutating func restore<Keeper: SweepKeeper & ~Copyable>(
    _ keeper: inout Keeper
  ) throws -> Int? {
    guard var words = try keeper.words(ofChain: chain.number, over: communicator) else {
      return nil
    }
    do {
      let index = try words.takeInteger()
      guard (chain.walked..<chain.points.lowerBound).contains(index),
        case .found(let result) = keeper.former[index],
        try words.takeBits() == result.digest
      else { return nil }
      let (number, communicator) = (chain.number, communicator)
      let setup = points[index].setup
      let partition = setup.partition(over: communicator)
      try branch.restore(setup, words) { lambda in
        try keeper.readLambda(
          ofChain: number,
          into: lambda,
          partition: partition,
          over: communicator
        )
      }
      return index
    } catch let error as CommunicationError {
      throw error
    } catch {
      // The way from the beginning is longer, and leads to the same.
      branch.restart()
      return nil
    }
  }
}
