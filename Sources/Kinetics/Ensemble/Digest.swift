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

/// One output of the generator splitmix64 from the state `seed`.
///
/// G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
func splitmix64(_ seed: UInt64) -> UInt64 {
  var z = seed &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z &>> 31)
}
