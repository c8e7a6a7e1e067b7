import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import VectorMath

/// A parameter of a setup, for the response of a steady state to it.
public struct SetupParameter {
  /// Its name, for errors.
  public var name: String

  /// Its value at the steady state.
  public var value: Double

  /// The setup at another value, alike on all ranks.
  ///
  /// Throws where the parameter has no such value; then the derivative is one-sided.
  public var setup: (Double) throws -> StudySetup

  /// Creates a parameter.
  public init(name: String, value: Double, setup: @escaping (Double) throws -> StudySetup) {
    self.name = name
    self.value = value
    self.setup = setup
  }
}

/// What a setup near by makes of a state: rates, filling and currents at fixed λ.
///
/// None of it depends on how the kernel is written as channels, nor on phases of eigenvectors.
private struct FixedState: ~Copyable {
  /// ln(in/out) of the owned modes, NaN of those without rates.
  let logarithms: AlignedVector
  /// n of the initial state.
  let initial: AlignedVector
  let filling: Double
  let current: [Double]

  /// Tabulates a setup and evaluates it.
  ///
  /// Collective.
  ///
  /// - Throws: `ModelError` if the model does not fit, or is not separable.
  init(
    _ setup: StudySetup,
    at lambda: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws {
    let system = try TabulatedModel(setup, over: communicator)
    guard case .separable = system.engine else {
      throw ModelError.hasNoSlopes
    }
    let partition = system.partition
    var engine = try SeparableForce(
      kernel: system.kernel.separable,
      partition: partition,
      communicator: communicator
    )
    var observables = try Observables(system.tables, partition: partition, over: communicator)
    let start = try setup.initial.lambda(
      energies: system.tables.energies,
      partition: partition,
      over: communicator
    )
    let filling = try observables.evaluate(at: start, over: communicator).filling
    let current = try observables.evaluate(at: lambda, over: communicator).current
    var gain = AlignedVector(count: lambda.count)
    var loss = AlignedVector(count: lambda.count)
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
    let logarithms = AlignedVector(count: lambda.count)
    let initial = AlignedVector(count: lambda.count)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let ratio = gain.pointer.vector(at: index) / loss.pointer.vector(at: index)
      logarithms.pointer.store(logarithm(ratio), at: index)
      let (n, _) = occupations(start.pointer.vector(at: index))
      initial.pointer.store(n, at: index)
    }
    self.logarithms = logarithms
    self.initial = initial
    self.filling = filling
    self.current = current
  }
}

extension SteadyWorkspace {
  /// dI/dp of the last state for any parameter p, for each direction.
  ///
  /// Collective. By the implicit function theorem, with the exact derivative to the moments and z_m = d ln(in/out)/dp at fixed λ,
  ///
  ///     dn_m = χ_m z_m + Σ_s [P_s dx_s − Q_s dy_s],        dI/dp = Σ_m v_m dn_m/N + Σ_m (dv_m/dp) n_m/N
  ///
  /// z, dv/dp, and the filling and the occupations that modes without rates keep, are differences of what
  /// the setups at p ± h make of the same λ; dI/dp is linear in them, so that Richardson's extrapolation is
  /// of dI/dp itself. Where p ends the differences are one-sided.
  ///
  /// - Parameters:
  ///   - parameter: p.
  ///   - setup: That of the last state.
  ///   - communicator: The ranks.
  /// - Returns: The slopes; `nil` where a mode has a rate on one side only, so that there is none.
  /// - Throws: `NumericalError` if the error is above 10⁻⁸ by its own estimate, `ModelError` if the kernel is
  ///   not separable, what `parameter.setup` throws if it takes no other value; `CommunicationError`.
  /// - Complexity: twice a tabulation for each of up to twelve h.
  mutating func response(
    to parameter: SetupParameter,
    _ setup: StudySetup,
    over communicator: Group
  ) throws -> [Double]? {
    let value = parameter.value
    let largest = max(abs(value), 1) / 32
    let steps = (0..<12).map { largest / Double(1 << $0) }
    // Which sides there are, from the smallest step; an error of both is the caller's.
    var sides = [-1.0, 1.0].filter { (try? parameter.setup(value + $0 * steps[11])) != nil }
    if sides.isEmpty { _ = try parameter.setup(value + steps[11]) }
    let isCentral = sides.count == 2
    if !isCentral { sides.append(0) }
    sides.sort()

    var table = Richardson(order: isCentral ? 2 : 1)
    let scale = velocityScale
    var failure: (any Error)?
    for step in steps {
      let ends = sides.map { value + $0 * step }
      // A step that leads beyond the range, or to degenerate bands, is too long.
      guard let lower = try? parameter.setup(ends[0]),
        let upper = try? parameter.setup(ends[1])
      else { continue }
      let quotients: [Double]
      do {
        quotients = try self.quotients(lower, upper, ends, over: communicator)
      } catch let error as CommunicationError {
        throw error
      } catch {
        // All ranks are here, each with its own words for it.
        failure = error
        continue
      }
      if quotients.contains(where: \.isNaN) { return nil }
      table.add(quotients)
      let slope = table.value.reduce(0) { max($0, abs($1)) }
      if table.error <= 1e-11 * max(slope, 1e-4 * scale) { break }
    }
    if table.value.isEmpty, let failure { throw failure }
    let slope = table.value.reduce(0) { max($0, abs($1)) }
    let tolerance = max(1e-8 * slope, 1e-12 * scale)
    guard table.error <= tolerance else {
      throw NumericalError.response(
        to: parameter.name,
        error: table.error,
        tolerance: tolerance
      )
    }
    return table.value
  }

  /// dI/dp with the difference quotients between two setups.
  ///
  /// Collective.
  private mutating func quotients(
    _ lower: StudySetup,
    _ upper: StudySetup,
    _ ends: [Double],
    over communicator: Group
  ) throws -> [Double] {
    let below = try FixedState(lower, at: lambda, over: communicator)
    let above = try FixedState(upper, at: lambda, over: communicator)
    let width = ends[1] - ends[0]
    let column = AlignedVector(count: lambda.count, block: 512)
    for index in 0..<lambda.count {
      if hasIdleModes && gain[index] == 0 && loss[index] == 0 {
        let appears = !below.logarithms[index].isNaN || !above.logarithms[index].isNaN
        let change = (above.initial[index] - below.initial[index]) / width
        column[index] = appears ? .nan : change
      } else {
        let (n, h) = occupations(lambda[index])
        let change = (above.logarithms[index] - below.logarithms[index]) / width
        column[index] = n * h * change
      }
    }
    let sums = try momentResponse(to: column, filling: (above.filling - below.filling) / width)
    let explicit = zip(above.current, below.current).map { ($0 - $1) / width }
    return zip(sums, explicit).map { $0 + $1 }
  }
}
