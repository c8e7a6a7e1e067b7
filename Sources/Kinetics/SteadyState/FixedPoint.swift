import Communication
import RealModule
import VectorMath

/// The steady state of any kernel, by iterating e^−λ = gain/loss at imposed filling, accelerated.
///
/// Collective. Each iteration is one evaluation of the forces, one shift λ → λ + c that restores the filling,
/// and Anderson's combination with the iterations before, which is dropped where it does not help. What
/// it returns must be judged by its own residual.
///
/// - Parameters:
///   - lambda: On entry the state to begin with, on return the last one; modes without rates keep λ.
///   - filling: The mean occupation, inside 0 … 1.
///   - engine: Computes gain and loss.
///   - tolerance: Ends when an iteration changes no λ by more.
///   - limit: The largest number of iterations.
///   - depth: How many iterations are combined; 0 for the plain fixed point.
///   - communicator: The ranks.
/// - Returns: The number of iterations.
/// - Throws: `CommunicationError` if a collective fails.
public func iterateFixedPoint<Engine: ForceEngine & ~Copyable>(
  _ lambda: borrowing AlignedVector,
  filling: Double,
  engine: inout Engine,
  tolerance: Double,
  limit: Int,
  depth: Int = 8,
  over communicator: some Communicator
) throws(CommunicationError) -> Int {
  var gain = AlignedVector(count: lambda.count)
  var loss = AlignedVector(count: lambda.count)
  let image = AlignedVector(count: lambda.count)
  var history = AndersonHistory(count: lambda.count, depth: max(depth, 1))
  // Rounding ends what the tolerance does not.
  var smallest = Double.infinity
  var stalled = 0
  for iteration in 1...limit {
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
    image.copy(from: lambda)
    let change = try balance(image, gain, loss, filling, engine.partition, over: communicator)
    stalled = change < smallest / 2 ? 0 : stalled + 1
    if change <= tolerance || change == .infinity || smallest < 1e-11 && stalled > 8 {
      lambda.copy(from: image)
      return iteration
    }
    // A combination that leads away is forgotten.
    if depth == 0 || change > 10 * smallest { history.reset() }
    smallest = min(smallest, change)
    if depth > 0 {
      try history.advance(lambda, image: image, over: communicator)
    } else {
      lambda.copy(from: image)
    }
  }
  return limit
}

/// Replaces λ by ln(loss/gain) where there is a rate, shifted to a filling.
///
/// Collective.
///
/// - Returns: The largest change of λ; infinite if something is not finite.
private func balance(
  _ lambda: borrowing AlignedVector,
  _ gain: borrowing AlignedVector,
  _ loss: borrowing AlignedVector,
  _ filling: Double,
  _ partition: Partition,
  over communicator: some Communicator
) throws(CommunicationError) -> Double {
  // λ of the modes with a rate, up to a shift; the others keep their number of particles.
  var next: [Double] = []
  var active: [Int] = []
  var kept = ExactSums(exponents: [1])
  for index in 0..<lambda.count {
    if gain[index] == 0 && loss[index] == 0 {
      kept.add(occupations(lambda[index]).occupation, to: 0)
    } else {
      active.append(index)
      // Where factors of both signs cancel, a rate far below its terms may come out negative: its mode waits until
      // other modes have moved.
      let isCancelled = gain[index] < 0 || loss[index] < 0
      next.append(isCancelled ? lambda[index] : .log(loss[index] / gain[index]))
    }
  }
  try kept.reduce(over: communicator)
  let modes = Int(try communicator.sum(Int64(active.count)))
  let number = filling * Double(partition.modes) - kept.value(0)
  let shift = try chemicalPotential(
    scaledEnergies: AlignedVector(next),
    filling: number / Double(modes),
    modes: modes,
    over: communicator
  )
  var largest = 0.0
  for (index, value) in zip(active, next) {
    let change = abs(value - shift - lambda[index])
    largest = change.isFinite ? max(largest, change) : .infinity
    lambda[index] = value - shift
  }
  return try communicator.maximum(largest)
}
