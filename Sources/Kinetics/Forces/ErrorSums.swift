import Communication
import VectorMath

/// The sums of the squares of both error estimates, for engines that have no other sums to send with them.
package struct ErrorSums {
  private var sums = ExactSums(exponents: errorWindows)

  /// Creates the sums.
  package init() {}

  /// Sums over all modes of all ranks.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - errors: The estimates.
  ///   - base: λ of the owned modes at the beginning of the step.
  ///   - end: λ at its end.
  ///   - communicator: The ranks.
  /// - Returns: Both sums, NaN where something was not finite.
  /// - Throws: `CommunicationError` if the reduction fails.
  package mutating func evaluate(
    _ errors: StagePass.ErrorEstimates,
    from base: UnsafePointer<Double>,
    to end: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) -> (first: Double, second: Double) {
    sums.reset()
    var one = FoldAccumulator()
    var other = FoldAccumulator()
    let block = FoldAccumulator.capacity * Vector.scalarCount
    for start in stride(from: 0, to: end.paddedCount, by: block) {
      for index in stride(
        from: start,
        to: min(start + block, end.paddedCount),
        by: Vector.scalarCount
      ) {
        let (first, second) = errors.squares(
          before: base.vector(at: index),
          after: end.pointer.vector(at: index),
          at: index
        )
        one.add(first, sums.windows[0])
        other.add(second, sums.windows[1])
      }
      sums.absorb(&one, into: 0)
      sums.absorb(&other, into: 1)
    }
    try sums.reduce(over: communicator)
    return (sums.value(0), sums.value(1))
  }
}
