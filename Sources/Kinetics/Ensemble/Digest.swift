import Communication
import VectorMath

/// A fingerprint of λ: equal bits on any number of ranks, for one binary and engine.
///
/// Collective.
///
///     Σ_m splitmix64(m XOR splitmix64(bits of λ_m, −0 as +0))  mod 2⁶⁴
///
/// - Parameters:
///   - lambda: λ of the owned modes.
///   - partition: Who owns which modes.
///   - communicator: The ranks.
/// - Returns: The fingerprint, on every rank.
/// - Throws: `CommunicationError` if the sum fails.
/// - Complexity: one Allreduce of one integer.
public func digest(
  of lambda: borrowing AlignedVector,
  partition: Partition,
  over communicator: some Communicator
) throws(CommunicationError) -> UInt64 {
  var sum: UInt64 = 0
  for (index, mode) in partition.owned.enumerated() {
    let bits = lambda[index] == 0 ? 0 : lambda[index].bitPattern
    sum &+= splitmix64(UInt64(mode) ^ splitmix64(bits))
  }
  return try communicator.sum(sum)
}
