import Communication
import RealModule
import VectorMath

/// The steady state of any kernel, by iterating e^−λ = gain/loss at imposed filling.
///
/// Collective. Each iteration is one evaluation of the forces, and one shift λ → λ + c that restores the
/// filling. It converges linearly; what it returns must be judged by its own residual.
///
/// - Parameters:
///   - lambda: On entry the state to begin with, on return the last one; modes without rates keep λ.
///   - filling: The mean occupation, inside 0 … 1.
///   - engine: Computes gain and loss.
///   - tolerance: Ends when no λ changes by more.
///   - limit: The largest number of iterations.
///   - communicator: The ranks.
/// - Returns: The number of iterations.
/// - Throws: `CommunicationError` if a collective fails.
public func iterateFixedPoint<Engine: ForceEngine & ~Copyable>(
  _ lambda: borrowing AlignedVector,
  filling: Double,
  engine: inout Engine,
  tolerance: Double,
  limit: Int,
  over communicator: some Communicator
) throws(CommunicationError) -> Int {
  let partition = engine.partition
  var gain = AlignedVector(count: lambda.count)
  var loss = AlignedVector(count: lambda.count)
  for iteration in 1...limit {
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
    // λ of the modes with a rate, up to a shift; the others keep their number of particles.
    var next: [Double] = []
    var active: [Int] = []
    var kept = ExactSums(exponents: [1])
    for index in 0..<lambda.count {
      if gain[index] == 0 && loss[index] == 0 {
        kept.add(occupations(lambda[index]).occupation, to: 0)
      } else {
        active.append(index)
        next.append(.log(loss[index] / gain[index]))
      }
    }
    try kept.reduce(over: communicator)
    let modes = Int(try communicator.sum(Int64(active.count)))
    let number = filling * Double(partition.modes) - kept.value(0)
    let shift = try chemicalPotential(
      scaledEnergies: next,
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
    largest = try communicator.maximum(largest)
    if largest <= tolerance || largest == .infinity { return iteration }
  }
  return limit
}
