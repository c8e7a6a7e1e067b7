import Communication
import VectorMath

/// λ of the modes that a rank owns, without tables.
struct OwnedLambda: ~Copyable {
  let lambda: AlignedVector
  let partition: Partition

  /// Zeros.
  init(_ partition: Partition) {
    lambda = AlignedVector(count: partition.owned.count)
    self.partition = partition
  }
}
