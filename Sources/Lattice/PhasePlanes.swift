import VectorMath

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
    var distinct: [[Int]] = []
    for displacement in displacements where PhasePlanes.place(displacement, in: distinct) == nil {
      distinct.append(displacement)
    }
    self.displacements = distinct
    planes = PhasePlanes.tabulate(distinct, on: grid, momenta: momenta)
    stride = planes.stride
  }

  /// Hands the phases of a displacement to `body`: a plane of real parts, one of imaginary parts, and the sign of
  /// the latter.
  func read(
    _ displacement: [Int],
    _ body: (UnsafePointer<Double>, UnsafePointer<Double>, Double) -> Void
  ) {
    guard let (place, sign) = PhasePlanes.place(displacement, in: displacements) else {
      let other = PhasePlanes.tabulate([displacement], on: grid, momenta: momenta)
      return other.read { body($0, $0 + stride, 1) }
    }
    planes.read { start in
      let plane = start + 2 * place * stride
      body(plane, plane + stride, sign)
    }
  }

  private static func place(_ displacement: [Int], in list: [[Int]]) -> (place: Int, sign: Double)?
  {
    if let place = list.firstIndex(of: displacement) { return (place, 1) }
    return list.firstIndex(of: displacement.map { -$0 }).map { ($0, -1) }
  }

  private static func tabulate(
    _ displacements: [[Int]],
    on grid: MomentumGrid,
    momenta: Range<Int>
  ) -> Planes {
    var planes = Planes(count: 2 * displacements.count, length: momenta.count)
    let stride = planes.stride
    planes.write { target in
      for (place, displacement) in displacements.enumerated() {
        let plane = target + 2 * place * stride
        for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
          let phase = grid.phases(from: momenta.lowerBound + index, displacement: displacement)
          plane.store(phase.real, at: index)
          plane.store(phase.imaginary, at: stride + index)
        }
      }
    }
    return planes
  }
}
