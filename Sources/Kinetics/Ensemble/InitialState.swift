import Communication
import RealModule
import VectorMath

/// Lagrange parameters to begin with.
public enum InitialState: Sendable, Equatable {
  /// λ = ln((1 − f)/f) for every mode, with the filling f in 0 … 1; f = 0.5 is infinite temperature.
  case uniform(filling: Double)

  /// The Gibbs state λ = β(ε − μ) of a filling.
  case thermal(inverseTemperature: Double, filling: Double)

  /// λ of the owned modes, one by one.
  case values([Double])

  /// The filling, where it is given and not that of a list.
  public var filling: Double? {
    switch self {
    case .uniform(let filling), .thermal(_, let filling): filling
    case .values: nil
    }
  }

  /// λ of every mode, where it is the same for all; else `nil`.
  public var commonLambda: Double? {
    guard case .uniform(let filling) = self else { return nil }
    return InitialState.lambda(filling)
  }

  private static func lambda(_ filling: Double) -> Double { .log((1 - filling) / filling) }

  /// λ of the owned modes.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - energies: ε of the owned modes.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Returns: λ, dimensionless.
  /// - Throws: `CommunicationError` if a sum fails.
  public func lambda(
    energies: [Double],
    partition: Partition,
    over communicator: some Communicator
  ) throws -> AlignedVector {
    try lambda(replacing: AlignedVector(energies), partition: partition, over: communicator)
  }

  /// λ of the owned modes, in the place of their energies.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - energies: ε of the owned modes.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Returns: λ, dimensionless.
  /// - Throws: `CommunicationError` if a sum fails.
  public func lambda(
    replacing energies: consuming AlignedVector,
    partition: Partition,
    over communicator: some Communicator
  ) throws -> AlignedVector {
    let buffer = energies.buffer
    switch self {
    case .uniform(let filling):
      buffer.update(repeating: InitialState.lambda(filling))
    case .thermal(let beta, let filling):
      for index in buffer.indices { buffer[index] *= beta }
      let chemical = try chemicalPotential(
        scaledEnergies: energies,
        filling: filling,
        modes: partition.modes,
        over: communicator
      )
      for index in buffer.indices { buffer[index] -= chemical }
    case .values(let values):
      precondition(values.count == energies.count)
      for (index, value) in values.enumerated() { buffer[index] = value }
    }
    return energies
  }
}

/// βμ of the Gibbs state with a filling, from Σ_m n(βε_m − βμ) = f M.
///
/// Collective.
///
/// Newton's method inside a bracket that every iteration narrows, and halves where Newton's steps are slow. Particles and
/// holes are summed, those of an insulator to all digits. All sums are exact, so that all ranks find the same number,
/// and runs on different numbers of ranks too.
///
/// - Complexity: a pass and two Allreduces for each iteration, five or six in the usual case.
func chemicalPotential(
  scaledEnergies: borrowing AlignedVector,
  filling: Double,
  modes: Int,
  over communicator: some Communicator
) throws(CommunicationError) -> Double {
  let offset = Double.log(filling / (1 - filling))
  var (highest, lowest) = (-Double.infinity, Double.infinity)
  for energy in scaledEnergies.buffer {
    highest = max(highest, energy)
    lowest = min(lowest, energy)
  }
  var extremes = [highest, -lowest]
  var span = extremes.mutableSpan
  try communicator.maximum(&span)

  // At these two all occupations are below, or above, the filling.
  var lower = -extremes[1] + offset
  var upper = extremes[0] + offset
  var chemical = (lower + upper) / 2
  let target = filling * Double(modes)
  for iteration in 0..<200 where lower < upper {
    let sums = try OccupationSums(scaledEnergies, chemical, over: communicator)
    let excess = sums.surplus(over: target)
    if excess > 0 { upper = chemical } else { lower = chemical }
    let newton = chemical - excess / sums.variance
    let isInside = newton > lower && newton < upper && (iteration < 12 || iteration % 3 != 0)
    let next = isInside ? newton : (lower + upper) / 2
    if abs(next - chemical) <= 2 * max(abs(next), 1).ulp { return next }
    chemical = next
  }
  return chemical
}
