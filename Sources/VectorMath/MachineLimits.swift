/// Limits of one core, measured: what the loops are judged by.
public enum MachineLimits {
  /// Vector multiply-adds per second, from sixteen independent chains in registers.
  ///
  /// - Returns: Instructions on eight doubles per second. On processors with shorter registers each is
  ///   several, here and in the loops that are compared with it.
  public static func multiplyAddsPerSecond() -> Double {
    let rounds = 1 << 20
    let clock = ContinuousClock()
    // Values that the compiler cannot know, and that neither grow nor vanish.
    let seed = AlignedVector(count: 24)
    for index in 0..<8 {
      seed[index] = 1 - 0x1p-30
      seed[8 + index] = 0x1p-30
    }
    // A limit is what the core reaches at its best: the first runs are slower.
    let best = (0..<8).map { _ in clock.measure { chains(rounds, seed.pointer) } }.min()
    return 16 * Double(rounds) / ((best ?? .zero) / .seconds(1))
  }

  @inline(never)
  private static func chains(_ rounds: Int, _ seed: UnsafeMutablePointer<Double>) {
    let a = seed.vector(at: 0)
    let b = seed.vector(at: 8)
    var (x0, x1, x2, x3) = (b, b + 1, b + 2, b + 3)
    var (x4, x5, x6, x7) = (b + 4, b + 5, b + 6, b + 7)
    // No two chains begin alike, or the compiler would compute them as one.
    var (y0, y1, y2, y3) = (b - 1, b - 2, b - 3, b - 4)
    var (y4, y5, y6, y7) = (b - 5, b - 6, b - 7, b - 8)
    for _ in 0..<rounds {
      x0 = multiplyAdd(x0, a, b)
      x1 = multiplyAdd(x1, a, b)
      x2 = multiplyAdd(x2, a, b)
      x3 = multiplyAdd(x3, a, b)
      x4 = multiplyAdd(x4, a, b)
      x5 = multiplyAdd(x5, a, b)
      x6 = multiplyAdd(x6, a, b)
      x7 = multiplyAdd(x7, a, b)
      y0 = multiplyAdd(y0, a, b)
      y1 = multiplyAdd(y1, a, b)
      y2 = multiplyAdd(y2, a, b)
      y3 = multiplyAdd(y3, a, b)
      y4 = multiplyAdd(y4, a, b)
      y5 = multiplyAdd(y5, a, b)
      y6 = multiplyAdd(y6, a, b)
      y7 = multiplyAdd(y7, a, b)
    }
    let x = (x0 + x1) + (x2 + x3) + ((x4 + x5) + (x6 + x7))
    let y = (y0 + y1) + (y2 + y3) + ((y4 + y5) + (y6 + y7))
    seed.store(x + y, at: 16)
  }

  /// Bytes per second of STREAM's triad a = b + s c on arrays beyond the caches.
  ///
  /// - Parameter count: Elements of each of the three arrays.
  /// - Returns: 24 bytes for each element, as STREAM counts, the best of five passes.
  public static func triadBytesPerSecond(count: Int = 1 << 24) -> Double {
    let a = AlignedVector(count: count)
    let b = AlignedVector(count: count)
    let c = AlignedVector(count: count)
    var best = 0.0
    for _ in 0..<5 {
      let duration = ContinuousClock().measure {
        let s = Vector(repeating: 3)
        for index in stride(from: 0, to: a.paddedCount, by: Vector.scalarCount) {
          let sum = multiplyAdd(c.pointer.vector(at: index), s, b.pointer.vector(at: index))
          a.pointer.store(sum, at: index)
        }
      }
      best = max(best, 24 * Double(count) / (duration / .seconds(1)))
    }
    return best
  }
}
