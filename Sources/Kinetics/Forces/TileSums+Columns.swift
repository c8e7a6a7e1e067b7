import VectorMath

extension TileSums {
  /// Adds Σ a(m) b_i(m) over a tile to several sums that follow each other.
  ///
  /// In one fold five of them go at once, so that no addition waits for the one before: as many as a
  /// kernel of two channels has derivatives and a response.
  ///
  /// - Parameters:
  ///   - index: The first sum.
  ///   - columns: Their number.
  ///   - a: A table, from the first mode of the tile on.
  ///   - b: b_0 of the tile; b_1 … come behind it, `ScaledKernel.tile` apart.
  ///   - size: At most `ScaledKernel.tile` modes, whole vectors.
  ///   - folds: As for a single sum.
  @inline(__always)
  func add(
    _ index: Int,
    columns: Int,
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    count size: Int,
    folds: Int
  ) {
    let tile = ScaledKernel.tile
    var column = 0
    while folds == 1, column + 5 <= columns {
      let place = accumulators + (index + column) * depth
      let c = b + column * tile
      let high = windows[0].high
      var (s0, s1, s2) = (place[0].high, place[depth].high, place[2 * depth].high)
      var (s3, s4) = (place[3 * depth].high, place[4 * depth].high)
      var mode = 0
      while mode < size {
        let x = a.vector(at: mode)
        s0 += multiplyAdd(x, c.vector(at: mode), high) - high
        s1 += multiplyAdd(x, c.vector(at: tile + mode), high) - high
        s2 += multiplyAdd(x, c.vector(at: 2 * tile + mode), high) - high
        s3 += multiplyAdd(x, c.vector(at: 3 * tile + mode), high) - high
        s4 += multiplyAdd(x, c.vector(at: 4 * tile + mode), high) - high
        mode &+= Vector.scalarCount
      }
      (place[0].high, place[depth].high, place[2 * depth].high) = (s0, s1, s2)
      (place[3 * depth].high, place[4 * depth].high) = (s3, s4)
      column += 5
    }
    while column < columns {
      add(index + column, a, b + column * tile, count: size, folds: folds)
      column += 1
    }
  }
}
