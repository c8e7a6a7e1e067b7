import Dissipation
import VectorMath

/// How tables come into a kernel.
extension ScaledKernel {
  /// Replaces the tables by those of other modes, from the first place on.
  ///
  /// - Parameter kernel: Has the same channels. What is not written keeps its value, but for zeros up to a whole vector.
  /// - Returns: Whether no factor exceeds its scale, and those are not negative that are said to be not.
  @discardableResult
  func load(_ kernel: SeparableKernel) -> Bool {
    var isWithinScales = true
    for (r, channel) in kernel.channels.enumerated() {
      for (index, values) in [(2 * r, channel.source), (2 * r + 1, channel.sink)] {
        let isWithin = values.withUnsafeBufferPointer {
          copyScaled(
            $0,
            by: inverseScale(index),
            to: table(index, from: 0),
            lowest: isNonnegative[index] ? 0 : -1
          )
        }
        isWithinScales = isWithinScales && isWithin
      }
    }
    return isWithinScales
  }

  /// Writes a part of the tables, and looks at what it reaches.
  ///
  /// - Parameters:
  ///   - kernel: Has the same channels.
  ///   - start: The place of its first mode, at the beginning of a vector; zeros are written up to the end of one.
  ///   - extremes: Those of the tables f_0, g_0, f_1 … before they are scaled.
  func load(_ kernel: SeparableKernel, at start: Int, _ extremes: inout [TableExtremes]) {
    precondition(kernel.channels.count == channels, "a kernel of other channels")
    for (r, channel) in kernel.channels.enumerated() {
      for (index, values) in [(2 * r, channel.source), (2 * r + 1, channel.sink)] {
        values.withUnsafeBufferPointer {
          extremes[index].copy($0, by: inverseScale(index), to: table(index, from: start))
        }
      }
    }
  }

  /// Replaces the tables by formulas for other modes, from the first place on.
  ///
  /// - Parameters:
  ///   - formulas: Has the same channels, and the modes of its tile.
  ///   - count: Their number; zeros are written up to the end of a vector.
  /// - Returns: Whether no factor exceeds its scale.
  func load(_ formulas: FormulaTables, count: Int) -> Bool {
    let padded = count.roundedUpToVectors
    var largest = 0.0
    for r in 0..<channels {
      let (source, sink) = (table(2 * r, from: 0), table(2 * r + 1, from: 0))
      let scales = (source: inverseScale(2 * r), sink: inverseScale(2 * r + 1))
      largest = max(
        largest,
        formulas.writeFactors(r, to: source, sink, count: padded, times: scales)
      )
      for index in count..<padded { (source[index], sink[index]) = (0, 0) }
    }
    return largest <= 1
  }

  /// Writes a part of the tables by formulas, and looks at what it reaches.
  ///
  /// - Parameters:
  ///   - formulas: Has the same channels, and the modes of its tile.
  ///   - count: Their number.
  ///   - start: The place of the first, as in the tables of a kernel.
  ///   - extremes: Those of the tables before they are scaled.
  func load(
    _ formulas: FormulaTables,
    count: Int,
    at start: Int,
    _ extremes: inout [TableExtremes]
  ) {
    for r in 0..<channels {
      _ = formulas.writeFactors(
        r,
        to: table(2 * r, from: start),
        table(2 * r + 1, from: start),
        count: count.roundedUpToVectors,
        times: (1, 1)
      )
      for index in [2 * r, 2 * r + 1] {
        let values = table(index, from: start)
        extremes[index].copy(
          UnsafeBufferPointer(start: values, count: count),
          by: inverseScale(index),
          to: values
        )
      }
    }
  }

  /// What a table is multiplied with.
  private func inverseScale(_ index: Int) -> Double {
    Double(sign: .plus, exponent: -scales.exponents[index], significand: 1)
  }
}

/// Writes the products of a table with a factor.
///
/// - Parameters:
///   - table: Its values.
///   - factor: The factor.
///   - target: Has room for whole vectors; zeros are written behind the last product.
///   - lowest: At most 0.
/// - Returns: Whether all products are numbers in `lowest` … 1.
func copyScaled(
  _ table: UnsafeBufferPointer<Double>,
  by factor: Double,
  to target: UnsafeMutablePointer<Double>,
  lowest: Double
) -> Bool {
  guard let source = table.baseAddress else { return true }
  let lowest = Vector(repeating: lowest)
  let highest = Vector(repeating: 1)
  var isWithin = lowest .<= highest
  for index in stride(from: 0, to: table.count, by: Vector.scalarCount) {
    let value = source.vector(at: index, of: table.count) * factor
    isWithin = isWithin .& (value .>= lowest) .& (value .<= highest)
    target.store(value, at: index)
  }
  return all(isWithin)
}
