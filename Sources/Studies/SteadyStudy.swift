import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

/// The steady state of a model at the filling of an initial state, and its currents.
public struct SteadyStudy: Sendable {
  /// The model and what to look at; the iteration begins with its initial state, whose filling is
  /// kept, and modes without any rate keep their λ.
  public var setup: StudySetup

  /// The largest residual of a mode that counts as steady; see `SteadyCertificate`.
  public static let tolerance = 1e-12

  /// The other engine judges the result too, up to this number of modes.
  public static let verifiedModes = 20_000

  /// Creates a study.
  public init(_ setup: StudySetup) {
    self.setup = setup
    self.setup.model.includesIdleBaths = true
  }

  /// The memory that each rank needs at most, in bytes, from the size of the tables alone.
  ///
  /// - Parameter ranks: The number of ranks.
  /// - Returns: Bytes; a double, since sizes that are asked for may exceed any integer.
  public func estimatedBytes(ranks: Int) -> Double {
    let estimate = setup.memory(comparesEngines: comparesEngines)
    // Tables and their copies in solver, engine and observables; λ, the start, gain and loss.
    let owned = 1 + 4 * estimate.velocities + 6 * estimate.channels + 6
    return estimate.bytes(owned: owned, ranks: ranks)
  }

  /// Whether the other engine judges the result, too.
  private var comparesEngines: Bool {
    setup.modes <= SteadyStudy.verifiedModes || setup.forces.verify
  }

  /// Finds the steady state.
  ///
  /// Collective. Newton's method on the moments of a separable kernel, a fixed point for others. A state
  /// whose own residual is above the tolerance is an error, never a result.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - finish: Is given the final λ of the owned modes on all ranks.
  /// - Returns: The state, the same on every rank.
  /// - Throws: `ModelError` if the model does not fit, `NumericalError` if no steady state was found,
  ///   alike on all ranks; `CommunicationError`; and what `finish` throws.
  public func run(
    over communicator: some Communicator,
    finish: (borrowing AlignedVector, Partition) throws -> Void = { _, _ in }
  ) throws -> SteadyResult {
    let system = try TabulatedModel(setup, over: communicator)
    let partition = system.partition
    let start = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: partition,
      over: communicator
    )
    var observables = try Observables(system.tables, partition: partition, over: communicator)
    let filling = try observables.evaluate(at: start, over: communicator).filling

    let lambda = AlignedVector(count: start.count)
    lambda.copy(from: start)
    var result: SteadyResult
    switch system.engine {
    case .separable:
      result = try solveMoments(system, at: lambda, filling, over: communicator)
    case .direct:
      result = try solveFixedPoint(system, at: lambda, filling, over: communicator)
    }
    result.compression = system.compression
    result.observables = try observables.evaluate(at: lambda, over: communicator)
    result.fillingError = abs(result.observables.filling - filling)
    guard result.fillingError <= SteadyStudy.tolerance else {
      throw NumericalError.notSteady(
        residual: result.fillingError,
        tolerance: SteadyStudy.tolerance
      )
    }
    result.lambda = try setup.recordedModes.map { mode in
      try value(of: mode, in: lambda, partition: partition, over: communicator)
    }
    try finish(lambda, partition)
    result.digest = try digest(of: lambda, partition: partition, over: communicator)
    return result
  }

  private func solveMoments(
    _ system: TabulatedModel,
    at lambda: borrowing AlignedVector,
    _ filling: Double,
    over communicator: some Communicator
  ) throws -> SteadyResult {
    let velocities = try ScaledVelocities(system.tables, over: communicator)
    var engine = try SeparableForce(
      kernel: system.kernel.separable,
      partition: system.partition,
      communicator: communicator
    )
    // Newton's method; where it loses its way, once more from where a fixed point ends.
    var iterations = 0
    var responses: (drive: [Double]?, filling: [Double]?) = (nil, nil)
    for attempt in 0..<2 {
      if attempt == 1 {
        iterations += try iterateFixedPoint(
          lambda,
          filling: filling,
          engine: &engine,
          tolerance: 2e-13,
          limit: 2000,
          over: communicator
        )
      }
      var solver = try SteadySolver(
        kernel: system.kernel.separable,
        from: lambda,
        filling: filling,
        velocities: velocities.tables,
        partition: system.partition,
        over: communicator
      )
      let report = try solver.iterate()
      iterations += report.passes
      guard report.converged else { continue }
      lambda.copy(from: solver.lambda(from: lambda))
      responses = try solver.responses(velocities: velocities.tables.count)
      break
    }
    var result = SteadyResult(
      engine: "separable",
      iterations: iterations,
      certificate: try certified(lambda, by: &engine, over: communicator)
    )
    let orbitals = system.tables.bands
    result.driveSlope = responses.drive.map { velocities.currents($0, orbitals, setup.grid) }
    result.fillingSlope = responses.filling.map { velocities.currents($0, orbitals, setup.grid) }
    if comparesEngines, system.compression == nil {
      var direct = DirectForce(
        kernel: try communicator.agree { try setup.model.kernel(on: setup.grid) },
        partition: system.partition,
        communicator: communicator
      )
      result.otherResidual = try certified(lambda, by: &direct, over: communicator).residual
    }
    return result
  }

  private func solveFixedPoint(
    _ system: TabulatedModel,
    at lambda: borrowing AlignedVector,
    _ filling: Double,
    over communicator: some Communicator
  ) throws -> SteadyResult {
    var engine = DirectForce(
      kernel: try communicator.agree { try setup.model.kernel(on: setup.grid) },
      partition: system.partition,
      communicator: communicator
    )
    let iterations = try iterateFixedPoint(
      lambda,
      filling: filling,
      engine: &engine,
      tolerance: 2e-13,
      limit: 2000,
      over: communicator
    )
    return SteadyResult(
      engine: "direct",
      iterations: iterations,
      certificate: try certified(lambda, by: &engine, over: communicator)
    )
  }

  private func certified<Engine: ForceEngine & ~Copyable>(
    _ lambda: borrowing AlignedVector,
    by engine: inout Engine,
    over communicator: some Communicator
  ) throws -> SteadyCertificate {
    let certificate = try certify(lambda, with: &engine, over: communicator)
    guard certificate.residual <= SteadyStudy.tolerance else {
      throw NumericalError.notSteady(
        residual: certificate.residual,
        tolerance: SteadyStudy.tolerance
      )
    }
    return certificate
  }
}

/// The velocity tables, scaled by powers of two to at most 1.
private struct ScaledVelocities {
  let tables: [[Double]]
  private let scales: [Double]

  /// Collective: the ranks agree on the scales.
  init(_ tables: ModeTables, over communicator: some Communicator) throws(CommunicationError) {
    var largest = tables.velocities.map { $0.reduce(0) { max($0, abs($1)) } }
    var span = largest.mutableSpan
    try communicator.maximum(&span)
    let scales = largest.map { value in
      Double(sign: .plus, exponent: value > 0 ? Int(value.exponent) + 1 : 0, significand: 1)
    }
    self.scales = scales
    self.tables = zip(tables.velocities, scales).map { table, scale in table.map { $0 / scale } }
  }

  /// The currents of each direction, of sums over the tables.
  func currents(_ sums: [Double], _ orbitals: Int, _ grid: MomentumGrid) -> [Double] {
    (0..<grid.dimension).map { direction in
      (0..<orbitals).reduce(0) { total, orbital in
        let table = direction * orbitals + orbital
        return total + sums[table] * scales[table] / Double(grid.count)
      }
    }
  }
}
