import Communication
import Kinetics
import VectorMath

/// The state between two points, from which another run goes on with the same bits.
extension SteadyBranch {
  /// Hands what the next point depends on to `body`: numbers that all ranks know, and λ of the owned modes.
  ///
  /// Not collective.
  ///
  /// - Precondition: `solve` has returned.
  borrowing func withState<Result>(
    _ body: (StateWords, borrowing AlignedVector, Partition) throws -> Result
  ) rethrows -> Result {
    var words = StateWords()
    words.append(workspace.isFull)
    if workspace.isFull {
      words.append(predictor.points.count)
      for point in predictor.points {
        words.append(point.parameter)
        words.append(point.variables)
        words.append(point.drive)
        words.append(point.filling)
      }
      words.append(workspace.value.isSeparable)
      if workspace.value.isSeparable { workspace.value.solver.value.append(to: &words) }
    }
    words.append(coarse.isFull)
    if coarse.isFull { coarse.value.append(to: &words) }
    return try withLambda { lambda, partition in try body(words, lambda, partition) }
  }

  /// Goes to where a branch was that had solved a setup.
  ///
  /// Collective; tabulates the setup, if the branch had tables.
  ///
  /// - Parameters:
  ///   - last: The setup.
  ///   - words: The numbers of `withState`.
  ///   - read: Reads λ of the owned modes.
  /// - Throws: `StateError` if the words are of another setup, `ModelError`, and what `read` throws, alike on
  ///   all ranks; the next point then begins from its own initial state.
  mutating func restore(
    _ last: StudySetup,
    _ words: StateWords,
    read: (UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    restart()
    setup = nil
    let last = last.withIdleBaths
    coarse.clear()
    var words = words
    let hasTables = try words.takeBool()
    var points: [SteadyPredictor.Point] = []
    if hasTables {
      try tabulate(last, keepsState: false)
      points = try takePoints(&words)
      guard try words.takeBool() == workspace.value.isSeparable else { throw StateError() }
      if workspace.value.isSeparable { try workspace.value.solver.value.restore(&words) }
    } else {
      workspace.clear()
      bare.fill(OwnedLambda(last.partition(over: communicator)))
    }
    if try words.takeBool() {
      guard let setup = coarseSetup(last) else { throw StateError() }
      coarse.fill(CoarseBranch())
      try coarse.value.restore(setup, &words, over: communicator)
    }
    try withLambda { lambda, _ in try read(lambda.buffer) }
    predictor = SteadyPredictor(points)
    restarts = false
    setup = last
  }

  /// Takes the points of the predictor out.
  private func takePoints(_ words: inout StateWords) throws(StateError) -> [SteadyPredictor.Point] {
    let count = try words.takeInteger()
    guard (0...4).contains(count) else { throw StateError() }
    var points: [SteadyPredictor.Point] = []
    for _ in 0..<count {
      let parameter = try words.takeDouble()
      guard let variables = try words.takeDoubles() else { throw StateError() }
      points.append(
        SteadyPredictor.Point(
          parameter: parameter,
          variables: variables,
          drive: try words.takeDoubles(),
          filling: try words.takeDoubles()
        )
      )
    }
    return points
  }
}
