/// The momenta of a lattice: k_a = −π + 2π (j_a + twist_a) / L_a with j_a in `0 ..< L_a`.
///
/// The grid is periodic for even L and antiperiodic for odd L; a boundary phase of 2π·twist shifts
/// it. Momenta have one flat index, the last direction fastest.
public struct MomentumGrid: Sendable, Equatable {
  /// L_a, the number of unit cells in each direction; one to three directions.
  public let extents: [Int]

  /// The boundary phase in each direction in units of 2π.
  public let twists: [Double]

  /// N, the number of momenta and of unit cells.
  public let count: Int

  /// Creates the grid of a lattice with `extents` unit cells.
  ///
  /// - Throws: `ModelError` unless there are one to three positive extents, whose product is below
  ///   2⁵³, and as many finite twists.
  public init(extents: [Int], twists: [Double]? = nil) throws(ModelError) {
    let twists = twists ?? extents.map { _ in 0 }
    guard (1...3).contains(extents.count), extents.allSatisfy({ $0 > 0 }) else {
      throw ModelError("a lattice has one to three directions, each with 1 or more unit cells")
    }
    guard twists.count == extents.count, twists.allSatisfy(\.isFinite) else {
      throw ModelError("a lattice in \(extents.count) dimensions has as many finite twists")
    }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product < 1 << 53 else {
        throw ModelError("a lattice of 2⁵³ unit cells or more cannot be indexed")
      }
      count = product
    }
    self.extents = extents
    self.twists = twists
    self.count = count
  }

  /// The number of directions, d.
  public var dimension: Int { extents.count }

  /// The indices j_a of a momentum.
  ///
  /// - Parameter index: The flat index, `0 ..< count`.
  /// - Returns: One index for each direction.
  public func coordinates(of index: Int) -> [Int] {
    var rest = index
    var coordinates = [Int](repeating: 0, count: dimension)
    for direction in (0..<dimension).reversed() {
      (rest, coordinates[direction]) = rest.quotientAndRemainder(dividingBy: extents[direction])
    }
    return coordinates
  }

  /// The components of a momentum in units of π.
  public func momentum(at index: Int) -> [Double] {
    zip(coordinates(of: index), zip(extents, twists)).map { j, direction in
      let (extent, twist) = direction
      return (Double(2 * j - extent) + 2 * twist) / Double(extent)
    }
  }

  /// The flat index of the momentum with these components in units of π.
  ///
  /// Momenta are equal modulo 2π.
  ///
  /// - Parameters:
  ///   - momentum: One component for each direction, in units of π.
  ///   - tolerance: How far off a grid momentum it may be, in units of the spacing.
  /// - Returns: `nil` if there is no such momentum.
  public func index(ofMomentum momentum: [Double], tolerance: Double = 1e-6) -> Int? {
    guard momentum.count == dimension else { return nil }
    var index = 0
    for direction in 0..<dimension {
      let extent = extents[direction]
      let position = (momentum[direction] + 1) / 2 * Double(extent) - twists[direction]
      let nearest = position.rounded()
      guard abs(position - nearest) <= tolerance, abs(nearest) < 0x1p53 else { return nil }
      let j = Int(nearest) % extent
      index = index * extent + (j < 0 ? j + extent : j)
    }
    return index
  }
}
