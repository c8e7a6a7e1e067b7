import Lattice
import VectorMath

/// How velocities come into a pass.
extension MomentPass {
  /// Replaces one of the other tables, from the first place on.
  ///
  /// - Parameters:
  ///   - index: Which of them.
  ///   - table: Over the modes of the kernel's tables.
  ///   - unit: What it is divided by, to at most 1.
  ///   - kernel: The kernel.
  /// - Returns: Whether all of it is at most 1 in magnitude.
  @discardableResult
  func load(
    other index: Int,
    _ table: UnsafeBufferPointer<Double>,
    unit: Double,
    _ kernel: borrowing ScaledKernel
  ) -> Bool {
    copyScaled(table, by: 1 / unit, to: other(index, kernel), lowest: -1)
  }

  /// Replaces the other tables by the velocities of a tile.
  ///
  /// - Parameters:
  ///   - band: A lattice of one orbital.
  ///   - units: What the velocities in each direction are divided by, to at most 1.
  ///   - count: The modes of the tile.
  ///   - kernel: The kernel.
  /// - Returns: Whether all of it is at most 1 in magnitude.
  func load(
    _ band: SingleBand,
    units: [Double],
    count: Int,
    _ kernel: borrowing ScaledKernel
  ) -> Bool {
    var areBelowOne = true
    for (direction, unit) in units.enumerated() {
      let target = other(direction, kernel)
      band.writeVelocities(in: direction, to: target, count: count.roundedUpToVectors)
      let velocities = UnsafeBufferPointer(start: target, count: count)
      areBelowOne = load(other: direction, velocities, unit: unit, kernel) && areBelowOne
    }
    return areBelowOne
  }

  /// One of the other tables, from the first place on.
  func other(_ index: Int, _ kernel: borrowing ScaledKernel) -> UnsafeMutablePointer<Double> {
    others.pointer + index * kernel.stride
  }
}
