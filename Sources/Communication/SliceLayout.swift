/// Contiguous slices of a vector, one for each rank, in the order of the ranks.
///
/// Counts and offsets are kept as 32-bit integers too, the form that MPI takes, where they fit:
/// `counts` and `offsets` are `nil` when an element of the vector lies beyond 2³¹ − 1.
public struct SliceLayout: Sendable, Equatable {
  /// The elements of each rank; an empty range for a rank that owns nothing.
  public let slices: [Range<Int>]

  /// `slices[r].count` for each rank, if the whole vector is short enough.
  public let counts: [Int32]?

  /// `slices[r].lowerBound` for each rank, if the whole vector is short enough.
  public let offsets: [Int32]?

  /// The length of the whole vector.
  public var count: Int { slices.last?.upperBound ?? 0 }

  /// The first rank whose slice ends behind an element.
  public func owner(of element: Int) -> Int {
    var (lower, upper) = (0, slices.count)
    while lower < upper {
      let middle = (lower + upper) / 2
      if slices[middle].upperBound > element { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }

  /// Creates the layout of slices that follow each other without gaps, from 0 on.
  public init(slices: [Range<Int>]) {
    precondition(slices.first?.lowerBound == 0, "slices begin at 0")
    precondition(
      zip(slices, slices.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound },
      "slices follow each other"
    )
    self.slices = slices
    let fits = (slices.last?.upperBound ?? 0) <= Int(Int32.max)
    counts = fits ? slices.map { Int32($0.count) } : nil
    offsets = fits ? slices.map { Int32($0.lowerBound) } : nil
  }
}
