import Dissipation
import VectorMath

/// What the values of a table reach, as they are seen part by part.
struct TableExtremes {
  private var most = Vector.zero
  private var least = Vector(repeating: .infinity)
  private var lowest = Vector.zero
  /// The sum of 0 · x: zero, or not a number.
  private var poison = Vector.zero

  /// The largest magnitude.
  var largest: Double { most.max() }

  /// The smallest magnitude that is not zero; infinite if there is none.
  var smallest: Double { least.min() }

  /// Whether a value is negative.
  var hasNegative: Bool { lowest.min() < 0 }

  /// Whether all values are finite.
  var isFinite: Bool { poison == .zero }

  /// Looks at a part of the table.
  mutating func add(_ values: [Double]) {
    self = values.withUnsafeBufferPointer { adding($0) { _, _ in } }
  }

  /// Looks at a part of the table, and writes its products with a factor.
  ///
  /// - Parameters:
  ///   - values: The part.
  ///   - factor: The factor.
  ///   - target: May be where the values are; has room for whole vectors; zeros are written behind the last product.
  mutating func copy(
    _ values: UnsafeBufferPointer<Double>,
    by factor: Double,
    to target: UnsafeMutablePointer<Double>
  ) {
    self = adding(values) { target.store($0 * factor, at: $1) }
  }

  /// Looks at vectors, the last filled up with zeros, and hands them with their places to `body`.
  @inline(__always)
  private func adding(
    _ values: UnsafeBufferPointer<Double>,
    _ body: (Vector, Int) -> Void
  ) -> TableExtremes {
    // A copy stays in registers.
    var extremes = self
    guard let source = values.baseAddress else { return extremes }
    for index in stride(from: 0, to: values.count, by: Vector.scalarCount) {
      let vector = source.vector(at: index, of: values.count)
      extremes.add(vector)
      body(vector, index)
    }
    return extremes
  }

  @inline(__always)
  private mutating func add(_ values: Vector) {
    let size = magnitude(values)
    let nonzero = size.replacing(with: .infinity, where: size .== Vector.zero)
    most = larger(most, size)
    least = least.replacing(with: nonzero, where: nonzero .< least)
    lowest = lowest.replacing(with: values, where: values .< lowest)
    poison += values * 0
  }
}

extension [TableExtremes] {
  /// Looks at a part of the tables f_0, g_0, f_1, g_1 … of a kernel.
  mutating func add(_ kernel: SeparableKernel) {
    for (r, channel) in kernel.channels.enumerated() {
      self[2 * r].add(channel.source)
      self[2 * r + 1].add(channel.sink)
    }
  }
}
