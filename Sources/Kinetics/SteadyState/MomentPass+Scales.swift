import Communication
import VectorMath

extension MomentPass {
  /// Scales the columns of a pass that has begun to at most 1, as far as that is known without looking.
  ///
  /// Where all factors and couplings are positive, P and Q are at most min(n, h) already, and a response to
  /// couplings that are not zero is at most twice their largest relative change.
  ///
  /// - Parameter kernel: The kernel.
  /// - Returns: Whether the largest elements must be looked for in a pass of their own.
  mutating func chooseScales(_ kernel: borrowing ScaledKernel) -> Bool {
    for index in scales.indices { scales[index] = 1 }
    guard work.extent != .moments else { return false }
    work.largest = [Double](repeating: 0, count: scales.count)
    var isKnown = work.point.units.allSatisfy { $0 == 0 }
    if work.extent == .response, !work.combinesResponse {
      switch work.response {
      case .couplings(let changes):
        var relative = 0.0
        for (change, coupling) in zip(changes, kernel.couplings) where change != 0 {
          relative = max(relative, abs(change) / coupling)
        }
        if isKnown, relative < 0x1p20 {
          scales[2 * channels] = MomentPass.scale(above: 2 * relative)
        } else {
          isKnown = false
        }
      case .table: isKnown = false
      }
    }
    return !isKnown
  }

  /// Looks for the largest elements among the modes that are tabulated.
  mutating func findLargest(
    _ kernel: borrowing ScaledKernel,
    modes: Range<Int>,
    idle: borrowing IdleModes
  ) {
    work.offset = modes.lowerBound
    let padded = modes.count.roundedUpToVectors
    for start in stride(from: 0, to: padded, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, padded - start)
      tabulateOccupations(kernel, idle, start, count)
      tabulateDerivatives(kernel, start, count)
      for index in work.largest.indices where index < columnCount {
        var most = Vector.zero
        for mode in stride(from: 0, to: count, by: Vector.scalarCount) {
          most = larger(most, magnitude(column(4 + index).vector(at: mode)))
        }
        work.largest[index] = max(work.largest[index], most.max())
      }
    }
  }

  /// Scales the columns by the largest elements of all ranks.
  ///
  /// Collective.
  mutating func scaleByLargest(
    over communicator: some Communicator
  ) throws(CommunicationError) {
    var span = work.largest.mutableSpan
    try communicator.maximum(&span)
    // What is not finite is left to the sums, which find it.
    for (index, value) in work.largest.enumerated() where value.isFinite {
      scales[index] = MomentPass.scale(above: value)
    }
  }

  /// The power of two above a number.
  private static func scale(above value: Double) -> Double {
    Double(sign: .plus, exponent: value > 0 ? Int(value.exponent) + 1 : 0, significand: 1)
  }
}
