import VectorMath

/// The change of n over a step of `RadauMethod` where the moments of its stages are known.
///
/// Given gain a_i and loss b_i in the stages i, times the length of the step, the equation of a mode is
/// linear, and its stages n_i = n + z_i, h_i = h − z_i solve
///
///     Σ_j D_ij z_j + (a_i + b_i) z_i = a_i h − b_i n        D: the differentiation matrix of the method
///
/// Only z_5 is needed, the change over the step, so that the system is eliminated and never solved backwards.
/// It holds differences from equilibrium, a_i h = b_i n, and changes n and h by the same number: λ = ln(h/n) is
/// good to rounding in both tails.
///
/// With P_i = (A_5i)/c_i the matrix PD + DᵀP is positive definite (Hairer and Wanner II, theorem IV.14.5), and
/// rates that are not negative add to its diagonal. So all leading minors are positive, and elimination needs no
/// pivoting. The first two stages go at once and the last three by Cramer's rule, with two divisions in all:
/// what the first elimination subtracts is a constant times 1/det, p_1/det or p_2/det.
struct StageSystem: ~Copyable {
  /// For each of the last three columns what its three rows have, see `Entry`; then what the rest needs.
  private let constants: AlignedVector

  /// Places of the numbers that are not of one element.
  private enum Place {
    static let diagonal = 36
    static let minor = 41
    static let first = 42
    static let second = 43
    static let rows = 44
    static let count = 50
  }

  /// Computes the constants.
  init() {
    let d = RadauMethod().differentiation
    func element(_ row: Int, _ column: Int) -> Double { d[5 * row + column] }
    constants = AlignedVector(count: Place.count)
    for row in 2..<5 {
      for column in 2..<5 {
        let place = 4 * (3 * (row - 2) + column - 2)
        // D_ij + γ u − α p_2 u − β p_1 u, u = 1/det; the rate comes to those on the diagonal.
        constants[place] = element(row, column)
        constants[place + 1] =
          element(row, 0) * element(0, 1) * element(1, column)
          + element(row, 1) * element(1, 0) * element(0, column)
        constants[place + 2] = -element(row, 0) * element(0, column)
        constants[place + 3] = -element(row, 1) * element(1, column)
      }
      constants[Place.rows + 2 * (row - 2)] = -element(row, 0)
      constants[Place.rows + 2 * (row - 2) + 1] = -element(row, 1)
    }
    for stage in 0..<5 { constants[Place.diagonal + stage] = element(stage, stage) }
    constants[Place.minor] = -element(0, 1) * element(1, 0)
    constants[Place.first] = -element(0, 1)
    constants[Place.second] = -element(1, 0)
  }

  /// Takes a tile through a step.
  ///
  /// - Parameters:
  ///   - rates: For each stage and channel the factors of g_r in the gain and of f_r in the loss.
  ///   - factors: f_0, g_0, f_1 … of the tile.
  ///   - stride: The distance between two tables.
  ///   - channels: R; a constant where the loop over them is to be unrolled.
  ///   - n: Occupations of the tile, then vacancies `ScaledKernel.tile` further on.
  ///   - count: Modes, whole vectors.
  /// - Returns: The smallest occupation or vacancy met; what is not a number stays where it is.
  /// - Complexity: 8R + 64 vector instructions and two divisions for eight modes, all in registers and the
  ///   first-level cache.
  @inline(__always)
  func advance(
    _ rates: UnsafePointer<Double>,
    factors: UnsafePointer<Double>,
    stride: Int,
    channels: Int,
    _ n: UnsafeMutablePointer<Double>,
    count: Int
  ) -> Vector {
    let c = UnsafePointer(constants.pointer)
    var lowest = Vector(repeating: 1)
    var mode = 0
    while mode < count {
      let occupation = n.vector(at: mode)
      let vacancy = n.vector(at: ScaledKernel.tile + mode)

      /// D_ii + a_i + b_i and a_i h − b_i n.
      @inline(__always) func stage(_ index: Int) -> (diagonal: Vector, source: Vector) {
        let own = rates + 2 * index * channels
        var gain = (factors + stride).vector(at: mode) * own[0]
        var loss = factors.vector(at: mode) * own[1]
        var r = 1
        while r < channels {
          let table = factors + 2 * r * stride
          gain = multiplyAdd((table + stride).vector(at: mode), splat(own[2 * r]), gain)
          loss = multiplyAdd(table.vector(at: mode), splat(own[2 * r + 1]), loss)
          r &+= 1
        }
        let diagonal: Vector = (loss + splat(c[Place.diagonal + index])) + gain
        return (diagonal, multiplyAdd(gain, vacancy, -(loss * occupation)))
      }

      // The first two stages.
      let (p0, r0) = stage(0)
      let (p1, r1) = stage(1)
      let u: Vector = 1 / multiplyAdd(p0, p1, splat(c[Place.minor]))
      let u0 = p0 * u
      let u1 = p1 * u
      let t0 = multiplyAdd(u1, r0, splat(c[Place.first]) * (u * r1))
      let t1 = multiplyAdd(u0, r1, splat(c[Place.second]) * (u * r0))

      /// What the elimination of the first two stages makes of an element, and of a right-hand side.
      @inline(__always) func element(_ row: Int, _ column: Int, _ start: Vector) -> Vector {
        let own = c + 4 * (3 * row + column)
        let one = multiplyAdd(splat(own[1]), u, start)
        let two = multiplyAdd(splat(own[2]), u1, one)
        return multiplyAdd(splat(own[3]), u0, two)
      }
      @inline(__always) func element(_ row: Int, _ column: Int) -> Vector {
        element(row, column, splat(c[4 * (3 * row + column)]))
      }
      @inline(__always) func source(_ row: Int, _ start: Vector) -> Vector {
        let one = multiplyAdd(splat(c[Place.rows + 2 * row]), t0, start)
        return multiplyAdd(splat(c[Place.rows + 2 * row + 1]), t1, one)
      }

      // The last three.
      let (p2, s2) = stage(2)
      let (p3, s3) = stage(3)
      let m22 = element(0, 0, p2)
      let m23 = element(0, 1)
      let m32 = element(1, 0)
      let m33 = element(1, 1, p3)
      let m42 = element(2, 0)
      let m43 = element(2, 1)
      let minor = multiplyAdd(m22, m33, -(m23 * m32))
      let w2 = multiplyAdd(m43, m32, -(m42 * m33))
      let w3 = multiplyAdd(m42, m23, -(m43 * m22))
      let (p4, s4) = stage(4)
      let above: Vector = multiplyAdd(w2, element(0, 2), w3 * element(1, 2))
      let below: Vector = multiplyAdd(element(2, 2, p4), minor, above)
      let sources: Vector = multiplyAdd(w2, source(0, s2), w3 * source(1, s3))
      let change: Vector = multiplyAdd(source(2, s4), minor, sources) / below

      let nextOccupation = occupation + change
      let nextVacancy = vacancy - change
      n.store(nextOccupation, at: mode)
      n.store(nextVacancy, at: ScaledKernel.tile + mode)
      lowest = smaller(lowest, smaller(nextOccupation, nextVacancy))
      mode &+= Vector.scalarCount
    }
    return lowest
  }
}

@inline(__always)
private func splat(_ value: Double) -> Vector { Vector(repeating: value) }

/// The smaller of two numbers in each lane; the first where one is not a number.
@inline(__always)
private func smaller(_ first: Vector, _ second: Vector) -> Vector {
  first.replacing(with: second, where: second .< first)
}
