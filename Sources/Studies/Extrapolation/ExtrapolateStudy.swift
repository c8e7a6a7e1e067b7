import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule

/// Steady currents for L → ∞, with an error that covers the truth.
///
/// Each size is solved at N boundary phases in each direction, each with moments of its own; see
/// `TwistHarmonics` and `ContinuumEstimate`.
public struct ExtrapolateStudy: Sendable {
  /// The model; its extents give the shape of the lattice, its twists the boundary of the points.
  public var setup: StudySetup

  /// Which sizes to compute.
  public var sizes: SizeChoice

  /// N, the number of boundary phases in each direction, 5 or more.
  public var twists: Int

  /// The error wanted, in units of `scale`.
  public var tolerance: Double

  /// Creates a study.
  public init(_ setup: StudySetup, sizes: SizeChoice, twists: Int = 5, tolerance: Double = 1e-10) {
    precondition(twists >= 5, "two harmonics need five twists")
    self.setup = setup
    self.setup.recordedModes = []
    self.sizes = sizes
    self.twists = twists
    self.tolerance = tolerance
  }

  /// What currents are compared with: a bound of the velocities, in units of energy.
  public var scale: Double { setup.model.hamiltonian.velocityBound }

  /// Solves the sizes and goes to the limit.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - observer: Told on each rank what happens.
  /// - Returns: The limit, the same on every rank.
  /// - Throws: `StudyFailure` if the sizes are not in the exponential regime, or none up to the largest is
  ///   large enough; what `SteadyStudy` throws, and the observer.
  public func run(
    over communicator: some Communicator,
    observer: inout some ExtrapolateObserver
  ) throws -> ExtrapolateResult {
    var points: [SizePoint] = []
    var engine = ""
    func solve(_ length: Int) throws -> SizePoint {
      let (point, name) = try self.point(length, over: communicator, &observer)
      engine = name
      return point
    }
    switch sizes {
    case .list(let lengths):
      for length in Set(lengths).sorted() {
        points.append(try solve(length))
        observer.didSolve(points[points.count - 1])
      }
    case .automatic(let largest):
      var length = min(setup.grid.dimension == 1 ? 16 : 8, largest)
      while true {
        points.append(try solve(length))
        observer.didSolve(points[points.count - 1])
        guard let next = try communicator.decided({ next(after: points) }) else { break }
        guard length < largest else { throw tooLarge(points, largest) }
        length = min(next, largest)
      }
    }
    let estimate = ContinuumEstimate(points, scale: scale)
    guard try communicator.decided({ estimate.isAsymptotic ? 1 : nil }) != nil else {
      throw notAsymptotic(points)
    }

    // Smaller sizes show κ where those asked for are resolved to rounding.
    var probes = points
    while let half = try communicator.decided({ smallerProbe(than: probes) }) {
      probes.insert(try solve(half), at: 0)
    }
    return ExtrapolateResult(
      points: points,
      limit: points[points.count - 1].average,
      error: estimate.error,
      decayRate: ContinuumEstimate(probes, scale: scale).decayRate,
      scale: scale,
      lengthForTolerance: estimate.length(for: tolerance * scale),
      engine: engine
    )
  }

  /// The next smaller size that shows κ; `nil` where it is known.
  private func smallerProbe(than probes: [SizePoint]) -> Int? {
    guard !ContinuumEstimate(probes, scale: scale).canFit, probes[0].length >= 8 else { return nil }
    return probes[0].length / 2
  }

  /// The extents of the lattice whose smallest one is `length`, in the shape of the deck's.
  public func extents(_ length: Int) -> [Int] {
    let smallest = Double(setup.grid.extents.min() ?? 1)
    return setup.grid.extents.map { extent in
      max(1, Int((Double(extent) / smallest * Double(length)).rounded()))
    }
  }

  /// The study of one size at one twist, in units of 1/N on top of the deck's.
  public func study(_ length: Int, twist: [Int]? = nil) throws(ModelError) -> SteadyStudy {
    var setup = setup
    let shift = twist ?? setup.grid.extents.map { _ in 0 }
    let twists = zip(setup.grid.twists, shift).map { $0 + Double($1) / Double(self.twists) }
    setup.grid = try MomentumGrid(extents: extents(length), twists: twists)
    return SteadyStudy(setup)
  }

  /// Solves one size at all twists.
  ///
  /// Collective.
  private func point(
    _ length: Int,
    over communicator: some Communicator,
    _ observer: inout some ExtrapolateObserver
  ) throws -> (SizePoint, engine: String) {
    let dimension = setup.grid.dimension
    var results: [SteadyResult] = []
    for twist in TwistHarmonics.tuples(of: 0..<twists, dimension) {
      let study = try study(length, twist: twist)
      if results.isEmpty { try observer.willSolve(study) }
      results.append(try study.run(over: communicator))
    }
    let currents = results.map { $0.observables.current + $0.observables.orbitalCurrents }
    let harmonics = TwistHarmonics(currents, twists: twists, dimension: dimension)
    let fillings = results.reduce(0) { $0 + $1.observables.filling }
    let point = SizePoint(
      extents: extents(length),
      observables: results[0].observables,
      average: ObservableValues(
        filling: fillings / Double(results.count),
        orbitalCurrents: Array(harmonics.mean[dimension...]),
        current: Array(harmonics.mean[..<dimension])
      ),
      variation: harmonics.first,
      secondVariation: harmonics.second,
      residual: results.map(\.certificate.residual).max() ?? 0,
      digest: results[0].digest
    )
    return (point, results[0].engine)
  }

  /// The size to try next; `nil` if the error is small enough.
  ///
  /// Twice the last one until the regime is reached, then what κ asks for.
  private func next(after points: [SizePoint]) -> Int? {
    let estimate = ContinuumEstimate(points, scale: scale)
    let length = points[points.count - 1].length
    guard estimate.isAsymptotic else { return 2 * length }
    guard !estimate.meets(tolerance * scale) else { return nil }
    let wanted = estimate.length(for: tolerance * scale)
    // Even, as grids usually are, and a little beyond.
    return max(length + length / 4, min(2 * length, wanted + wanted / 16)) / 2 * 2
  }

  private func notAsymptotic(_ points: [SizePoint]) -> StudyFailure {
    let last = points[points.count - 1].length
    let needed = ContinuumEstimate(points, scale: scale).length(for: tolerance * scale)
    return StudyFailure(
      "sizes up to L = \(last) are not yet in the exponential regime, so there is no limit to be had from "
        + "them; for a relative error of \(tolerance) about L = \(needed) is needed; --auto finds it"
    )
  }

  private func tooLarge(_ points: [SizePoint], _ largest: Int) -> StudyFailure {
    let needed = ContinuumEstimate(points, scale: scale).length(for: tolerance * scale)
    return StudyFailure(
      "no size up to L = \(largest) brings the error below \(tolerance); about L = \(needed) is needed, "
        + "which --largest \(needed) allows"
    )
  }
}

/// Which sizes an extrapolation computes.
public enum SizeChoice: Sendable, Equatable {
  /// The smallest extents of the sizes.
  case list([Int])

  /// Sizes that grow until the error is below the tolerance, up to a largest one.
  case automatic(largest: Int)
}

extension Communicator {
  /// What the first rank decides, on all ranks; a number, or nil.
  ///
  /// Collective.
  fileprivate func decided(_ body: () -> Int?) throws(CommunicationError) -> Int? {
    var decision: InlineArray<1, Int64> = [Int64(rank == 0 ? body() ?? -1 : -1)]
    var span = decision.mutableSpan
    try broadcast(&span, from: 0)
    return span[0] < 0 ? nil : Int(span[0])
  }
}
