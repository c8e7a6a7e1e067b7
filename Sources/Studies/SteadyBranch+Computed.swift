import Communication
import Kinetics

/// What came of a point without tables.
enum ComputedPoint {
  case found(SteadyResult)
  /// λ is written, but not steady.
  case near
  /// Nothing has been touched.
  case none
}

/// Points without tables.
extension SteadyBranch {
  /// Whether a point may do without tables, if it is the first one on its own ones.
  func mayCompute(_ setup: StudySetup) -> Bool {
    startsCoarse && !verifies(setup) && setup.computesTables(above: tabulatedModes)
  }

  /// Finds the state of the next setup without tables.
  ///
  /// Collective: one pass.
  ///
  /// - Returns: The same on all ranks.
  mutating func computed(_ next: StudySetup, at parameter: Double?) throws -> ComputedPoint {
    guard let start = try coarseState(next, at: parameter) else { return .none }
    let partition = next.partition(over: communicator)
    workspace.clear()
    if !bare.isFull || bare.value.partition != partition { bare.fill(OwnedLambda(partition)) }
    var state = try ComputedSteadyState(next, near: start, over: communicator)
    let found = try state.settle(into: bare.value.lambda, within: CoarseState.tolerance)
    if let found { return .found(found) }
    coarse.value.isOfUse = false
    return .near
  }
}

extension StudySetup {
  /// Whether tables of more than so many modes are computed again at each point of a line, by formulas, in about the
  /// time that they take to come from memory.
  func computesTables(above modes: Int) -> Bool {
    self.modes > modes && needsNoTables && withIdleBaths.model.hasFormulas
  }
}
