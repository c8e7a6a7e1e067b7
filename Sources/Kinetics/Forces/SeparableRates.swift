import VectorMath

/// The tables of a kernel from one mode on; pointers that their owner keeps alive.
struct FactorTables {
  /// R.
  let channels: Int
  /// f_0, g_0, f_1, g_1 …, `stride` apart.
  let first: UnsafePointer<Double>
  let stride: Int
  /// How many folds the sums of their products with n and h take.
  let folds: Int

  /// The same tables from a later mode on.
  @inline(__always)
  func from(_ mode: Int) -> FactorTables {
    FactorTables(channels: channels, first: first + mode, stride: stride, folds: folds)
  }
}

/// Gains and losses of a kernel with given moments; pointers that their owner keeps alive.
///
///     gain_q = Σ_r γ_r A_r g_r(q)        loss_q = Σ_r γ_r B_r f_r(q)
struct SeparableRates {
  let tables: FactorTables
  /// γ_0 A_0, γ_0 B_0, γ_1 A_1 and so on.
  let coefficients: UnsafePointer<Double>

  /// The same from a later mode on.
  @inline(__always)
  func from(_ mode: Int) -> SeparableRates {
    SeparableRates(tables: tables.from(mode), coefficients: coefficients)
  }

  /// Gain and loss of the eight modes from `index` on.
  @inline(__always)
  func values(at index: Int) -> (gain: Vector, loss: Vector) {
    values(at: index, channels: tables.channels)
  }

  /// Gain and loss of the eight modes from `index` on, with R a constant at the call for a loop of its own.
  @inline(__always)
  func values(at index: Int, channels: Int) -> (gain: Vector, loss: Vector) {
    var gain = Vector.zero
    var loss = Vector.zero
    var r = 0
    while r < channels {
      let f = tables.first + (2 &* r &* tables.stride &+ index)
      let g = f + tables.stride
      gain = multiplyAdd(g.vector(at: 0), Vector(repeating: coefficients[2 &* r]), gain)
      loss = multiplyAdd(f.vector(at: 0), Vector(repeating: coefficients[2 &* r &+ 1]), loss)
      r &+= 1
    }
    return (gain, loss)
  }
}
