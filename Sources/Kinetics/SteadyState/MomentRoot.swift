import VectorMath

/// A root in the moments of one lattice, to begin with on another lattice of the same model.
///
/// Moments per mode are mean values over the Brillouin zone, which differ between lattices by terms that vanish
/// exponentially with the smaller one's size, where bands and states are smooth.
public struct MomentRoot: Sendable, Equatable {
  /// The scales of tables on any lattice, with room for factors that the first lattice does not have.
  let scales: KernelScales

  /// A_0, B_0, A_1, B_1 … per mode, in these scales.
  private let moments: [Double]

  init(scales: KernelScales, moments: [Double]) {
    self.scales = scales
    self.moments = moments
  }

  /// The point on a lattice of so many modes.
  func point(modes: Int) -> MomentPoint {
    MomentPoint(
      moments.map { $0 * Double(modes) },
      isNonnegative: scales.isNonnegative,
      modes: modes
    )
  }

  /// The point on a lattice of so many modes whose tables have other scales.
  ///
  /// Scales are powers of two: nothing is rounded.
  fileprivate func point(modes: Int, in other: KernelScales) -> MomentPoint {
    precondition(moments.count == other.exponents.count, "a root of another kernel")
    let converted = moments.indices.map { index in
      let ratio = scales.exponents[index] - other.exponents[index]
      return moments[index] * Double(sign: .plus, exponent: ratio, significand: Double(modes))
    }
    return MomentPoint(converted, isNonnegative: other.isNonnegative, modes: modes)
  }

  /// Appends the root to words for other ranks.
  public func append(to words: inout StateWords) {
    words.append(scales.exponents.map(Double.init))
    words.append(scales.isNonnegative.map { $0 ? 1 : 0 })
    words.append(scales.range)
    words.append(moments)
  }

  /// Takes out what `append` has written.
  ///
  /// - Throws: `StateError` if it is not a root.
  public init(_ words: inout StateWords) throws(StateError) {
    guard let exponents = try words.takeDoubles(), let signs = try words.takeDoubles() else {
      throw StateError()
    }
    scales = KernelScales(
      exponents: exponents.map { Int($0) },
      isNonnegative: signs.map { $0 == 1 },
      range: try words.takeInteger()
    )
    guard let moments = try words.takeDoubles() else { throw StateError() }
    self.moments = moments
  }
}

extension SteadySolver {
  /// Whether the roots of other lattices can be taken over, and certified: no factor is negative.
  public var takesRoots: Bool { engine.kernel.isNonnegative.allSatisfy { $0 } }

  /// Begins at the root of another lattice of the same model.
  ///
  /// Not collective.
  ///
  /// - Parameter root: The same on all ranks.
  public mutating func begin(at root: MomentRoot) {
    point = root.point(modes: partition.modes, in: engine.kernel.scales)
    inverse = nil
    found = nil
  }

  /// The root that was found, for other lattices; `nil` where factors have both signs, or moments are so
  /// small that a lattice with smaller factors needs more accumulators.
  public var root: MomentRoot? {
    guard point.count > 0, point.units.allSatisfy({ $0 == 0 }) else { return nil }
    // A table that is divided by twice as much has half the moment.
    let moments = point.moments.map { $0 / 2 / Double(partition.modes) }
    guard moments.allSatisfy({ $0 > 0x1p-60 }) else { return nil }
    return MomentRoot(scales: engine.kernel.scales.widened, moments: moments)
  }
}
