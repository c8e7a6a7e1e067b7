import Communication
import Dissipation
import VectorMath

/// How far two engines are apart.
public struct ForceDeviation: Sendable, Equatable {
  /// max_m |a_m − b_m| / |b_m| over gains and losses, zero where both are zero.
  public var componentwise: Double

  /// max_m |a_m − b_m| / max_m |b_m|, the larger of gains and losses.
  public var normwise: Double
}

/// Compares gain and loss of two engines in one state.
///
/// Collective.
///
/// - Parameters:
///   - first: An engine.
///   - second: The engine that it is compared with.
///   - lambda: λ of the owned modes.
///   - communicator: The ranks of both.
/// - Returns: The deviation over the modes of all ranks; infinite if something is not finite.
/// - Throws: `CommunicationError` if a collective fails.
public func deviation<First: ForceEngine & ~Copyable, Second: ForceEngine & ~Copyable>(
  of first: inout First,
  from second: inout Second,
  at lambda: borrowing AlignedVector,
  over communicator: some Communicator
) throws(CommunicationError) -> ForceDeviation {
  let count = lambda.count
  var gain = AlignedVector(count: count)
  var loss = AlignedVector(count: count)
  var otherGain = AlignedVector(count: count)
  var otherLoss = AlignedVector(count: count)
  try first.rates(at: lambda, gain: &gain, loss: &loss)
  try second.rates(at: lambda, gain: &otherGain, loss: &otherLoss)

  // Largest relative deviation, then for gain and loss the largest deviation and the largest value.
  var extremes = [Double](repeating: 0, count: 5)
  func compare(_ a: Double, _ b: Double, _ place: Int) {
    let difference = a == b ? 0 : abs(a - b)
    let finite = difference.isFinite && b.isFinite
    let relative = difference == 0 ? 0 : difference / abs(b)
    extremes[0] = max(extremes[0], finite ? relative : .infinity)
    extremes[place] = max(extremes[place], finite ? difference : .infinity)
    extremes[place + 1] = max(extremes[place + 1], finite ? abs(b) : 1)
  }
  for index in 0..<count {
    compare(gain[index], otherGain[index], 1)
    compare(loss[index], otherLoss[index], 3)
  }
  var span = extremes.mutableSpan
  try communicator.maximum(&span)
  func norm(_ difference: Double, _ value: Double) -> Double {
    difference == 0 ? 0 : difference / value
  }
  return ForceDeviation(
    componentwise: span[0],
    normwise: max(norm(span[1], span[2]), norm(span[3], span[4]))
  )
}

/// λ of the owned modes in a state without any order, −4 … 4, the same on any number of ranks.
///
/// - Parameter partition: Who owns which modes.
/// - Returns: λ from splitmix64 of the mode's index.
public func randomState(_ partition: Partition) -> AlignedVector {
  AlignedVector(
    partition.owned.map { mode in
      Double(splitmix64(UInt64(mode)) >> 11) * 0x1p-50 - 4
    }
  )
}

extension SeparableKernel {
  /// Whether no factor is negative, so that nothing cancels in gains and losses.
  public var isNonnegative: Bool {
    channels.allSatisfy { channel in
      channel.source.allSatisfy { $0 >= 0 } && channel.sink.allSatisfy { $0 >= 0 }
    }
  }
}
