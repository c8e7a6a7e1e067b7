import Communication
import VectorMath

/// λ of one mode, on every rank.
///
/// Collective.
func value(
  of mode: Int,
  in lambda: borrowing AlignedVector,
  partition: Partition,
  over communicator: some Communicator
) throws(CommunicationError) -> Double {
  let owned = partition.owned
  let bits = owned.contains(mode) ? lambda[mode - owned.lowerBound].bitPattern : 0
  return Double(bitPattern: try communicator.sum(bits))
}
