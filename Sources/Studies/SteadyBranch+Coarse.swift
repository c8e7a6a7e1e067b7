import Communication

/// Points that begin with the state of a coarse lattice.
extension SteadyBranch {
  /// The state of the tables' setup, from that of the coarse lattice where that helps.
  mutating func found(
    _ setup: StudySetup,
    from start: SteadyStart,
    at parameter: Double?
  ) throws -> SteadyResult {
    var start = start
    var passes = 0
    if workspace.value.takesRoots, let state = try coarseState(setup, at: parameter) {
      let result = try workspace.value.settle(
        at: state,
        within: setup.coarse() == nil ? CoarseState.fewestTolerance : CoarseState.tolerance,
        setup,
        over: communicator
      )
      if let result { return result }
      coarse.value.isOfUse = false
      start = .near(nil)
      passes = 1
    }
    var result = try workspace.value.solve(
      setup,
      from: start,
      responses: responses,
      verifies: verifies(setup),
      over: communicator
    )
    result.iterations += passes
    return result
  }

  /// Whether the other engine judges a point, too.
  func verifies(_ setup: StudySetup) -> Bool {
    setup.modes <= verifiedModes || setup.forces.verify
  }

  /// The state of the coarse lattice, the same on all ranks; `nil` where it is of no use.
  ///
  /// Collective.
  mutating func coarseState(
    _ setup: StudySetup,
    at parameter: Double?
  ) throws -> CoarseState? {
    guard startsCoarse, !verifies(setup), let setup = coarseSetup(setup) else { return nil }
    if !coarse.isFull { coarse.fill(CoarseBranch()) }
    guard coarse.value.isOfUse else { return nil }
    return try coarse.value.solve(setup, at: parameter, responses: responses, over: communicator)
  }

  /// The coarse lattice with the same filling.
  ///
  /// Chains too small for the ordinary one have a still smaller one.
  func coarseSetup(_ setup: StudySetup) -> StudySetup? {
    guard let filling = setup.initial.filling else { return nil }
    var coarse = setup.coarse()
    if coarse == nil, setup.grid.dimension == 1 {
      coarse = setup.coarse(momenta: StudySetup.fewestMomenta)
    }
    coarse?.initial = .uniform(filling: filling)
    return coarse
  }
}
