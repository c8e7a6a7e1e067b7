import VectorMath

/// The loops of a stage of the separable engine, each over one tile of modes.
///
/// Each is a function of its own and is never inlined: its machine code is short and has a name, by which
/// Tests/Scripts/hot-loops finds and reads it, and the compiler inlines the exponential, which in large
/// functions it does not. In a whole tile all lengths are constants. In cache the loops together take 1.3 (Zen 4)
/// to 1.9 (Zen 5) times the time of their vector instructions at the peak of multiply-adds, in memory 1.5 to 2.5 times
/// that of their bytes. `tgge benchmark forces` measures both.
enum StageLoops {
  /// Modes in a tile: so few that the arithmetic of one overlaps with that of the next, and with what that
  /// still waits for from memory.
  static var tile: Int { 64 }

  /// λ̇ = s [loss (1 + e^−λ) − gain (1 + e^λ)].
  ///
  /// 2R + 5 vector instructions for eight modes, one of them a division, which takes the time of eight others.
  ///
  /// - Parameters:
  ///   - slope: On return λ̇, from the first mode of the tile on.
  ///   - scale: s = εJ/N.
  ///   - rates: Gain and loss, from the first mode of the tile on.
  ///   - exponentials: e^λ of the tile.
  ///   - count: Modes in the tile, whole vectors.
  @inline(never)
  static func writeSlopes(
    to slope: UnsafeMutablePointer<Double>,
    scale: Double,
    rates: SeparableRates,
    exponentials: UnsafePointer<Double>,
    count: Int
  ) {
    @inline(__always)
    func write(channels: Int, count: Int) {
      var index = 0
      while index < count {
        let exponential = exponentials.vector(at: index)
        let (gain, loss) = rates.values(at: index, channels: channels)
        let away: Vector = loss + loss / exponential
        let toward: Vector = multiplyAdd(gain, exponential, gain)
        slope.store(scale * (away - toward), at: index)
        index &+= Vector.scalarCount
      }
    }
    switch (rates.tables.channels, count) {
    case (1, tile): write(channels: 1, count: tile)
    case (2, tile): write(channels: 2, count: tile)
    default: write(channels: rates.tables.channels, count: count)
    }
  }

  /// λ of the next stage, λ + Σ_j w_j k_j.
  ///
  /// One vector instruction for each term and eight modes.
  ///
  /// - Parameters:
  ///   - target: On return λ of the tile.
  ///   - base: λ of all modes at the beginning of the step.
  ///   - terms: The sum.
  ///   - start: The first mode of the tile.
  ///   - count: Modes in the tile, whole vectors.
  @inline(never)
  static func combine(
    into target: UnsafeMutablePointer<Double>,
    _ base: UnsafePointer<Double>,
    _ terms: StagePass.Combination,
    from start: Int,
    count: Int
  ) {
    if count == tile {
      terms.add(to: base, from: start, count: tile, into: target)
    } else {
      terms.add(to: base, from: start, count: count, into: target)
    }
  }

  /// e^λ, n = 1/(1 + e^λ) and h = e^λ n.
  ///
  /// 24 vector instructions for eight modes, one of them a division.
  ///
  /// - Parameters:
  ///   - lambda: λ of the tile.
  ///   - exponentials: On return e^λ.
  ///   - occupations: On return n; `ScaledKernel.tile` places on, h.
  ///   - count: Modes in the tile, whole vectors.
  @inline(never)
  static func tabulateOccupations(
    _ lambda: UnsafePointer<Double>,
    exponentials: UnsafeMutablePointer<Double>,
    occupations: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    @inline(__always)
    func tabulate(count: Int) {
      var index = 0
      while index < count {
        let exponential = exponential(lambda.vector(at: index))
        let n = 1 / (1 + exponential)
        exponentials.store(exponential, at: index)
        occupations.store(n, at: index)
        occupations.store(exponential * n, at: ScaledKernel.tile &+ index)
        index &+= Vector.scalarCount
      }
    }
    if count == tile { tabulate(count: tile) } else { tabulate(count: count) }
  }
}
