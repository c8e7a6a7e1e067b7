import VectorMath

/// e^{−ik·r} of one displacement: a plane of real parts, one of imaginary parts, and the sign of the latter.
struct PhasePlane {
  let cosines: UnsafePointer<Double>
  let sines: UnsafePointer<Double>
  let sign: Double
}

/// e^{−ik·r} over a range of momenta, for displacements r of which some are tabulated.
///
/// Cosine and sine are even and odd in r bit for bit: of a pair ±r one serves for both.
struct PhasePlanes: Sendable {
  /// The distance of two planes, the number of momenta rounded up to whole vectors.
  let stride: Int

  private let grid: MomentumGrid
  private let momenta: Range<Int>
  private let displacements: [[Int]]
  /// Real part in plane 2 i of displacement i, imaginary part in the next.
  private let planes: Planes

  /// Tabulates displacements.
  init(of displacements: [[Int]], on grid: MomentumGrid, momenta: Range<Int>) {
    self.grid = grid
    self.momenta = momenta
    let distinct = PhasePlanes.distinct(displacements)
    self.displacements = distinct
    planes = PhasePlanes.tabulate(distinct, on: grid, momenta: momenta)
    stride = planes.stride
  }

  /// Hands the phases of some displacements to `body`, in their order.
  func read(_ wanted: [[Int]], _ body: (UnsafeBufferPointer<PhasePlane>) -> Void) {
    let places = wanted.compactMap { PhasePlanes.place($0, in: displacements) }
    guard places.count == wanted.count else {
      return PhasePlanes(of: wanted, on: grid, momenta: momenta).read(wanted, body)
    }
    guard !places.isEmpty else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
    planes.read { start in
      let found = places.map { place, sign in
        let cosines = start + 2 * place * stride
        return PhasePlane(cosines: cosines, sines: cosines + stride, sign: sign)
      }
      found.withUnsafeBufferPointer(body)
    }
  }

  /// Some displacements, one of each pair ±r.
  static func distinct(_ displacements: [[Int]]) -> [[Int]] {
    var distinct: [[Int]] = []
    for displacement in displacements where place(displacement, in: distinct) == nil {
      distinct.append(displacement)
    }
    return distinct
  }

  /// The place of a displacement or of its negative in a list, and the sign of its sines.
  static func place(_ displacement: [Int], in list: [[Int]]) -> (place: Int, sign: Double)? {
    if let place = list.firstIndex(of: displacement) { return (place, 1) }
    return list.firstIndex(of: displacement.map { -$0 }).map { ($0, -1) }
  }

  private static func tabulate(
    _ displacements: [[Int]],
    on grid: MomentumGrid,
    momenta: Range<Int>
  ) -> Planes {
    let stride = momenta.count.roundedUpToVectors
    return Planes(count: 2 * displacements.count, length: momenta.count) { target in
      for (place, displacement) in displacements.enumerated() {
        let plane = target + 2 * place * stride
        grid.writePhases(
          plane,
          plane + stride,
          from: momenta.lowerBound,
          count: stride,
          displacement: displacement
        )
      }
    }
  }
}
