import Communication
import ComplexModule
import VectorMath

/// One step of `RadauMethod` on the Lagrange parameters of a separable kernel.
///
/// Newton's method on λ in the stages together with the moments there, Z_i and a_i: with the derivatives at the
/// beginning of the step,
///
///     (D/h − d) δZ − U δa = λ̇(λ + Z; a) − D Z/h        d_m = −s (e^λ in + e^−λ out)
///     δa − V δZ = moments(λ + Z) − a                     U = ∂λ̇/∂a,   V = ∂moments/∂λ
///
/// so that δa solves (1 − V (μ/h − d)⁻¹ U) δa = moments(λ + Z) − a + V (μ/h − d)⁻¹ (λ̇ − D Z/h) for each eigenvalue μ
/// of D: three systems of 2R numbers. An iteration is one pass over the modes and one Allreduce of 10R exact
/// sums; every rank solves the small systems by itself, with equal bits. Nothing is allocated after `init`.
struct RadauStepper: ~Copyable {
  /// The tables of the owned modes.
  let kernel: ScaledKernel

  /// λ of the owned modes at the beginning of the step.
  let lambda: AlignedVector

  /// s = εJ/N.
  let scale: Double

  /// The tolerances, which corrections are measured by.
  let absolute: Double
  let relative: Double

  // MARK: Owned modes

  /// Z_1 … Z_5, one after the other.
  let stages: AlignedVector
  /// x_0 … of the problems: the part of the correction that is not due to the moments.
  let problems: AlignedVector
  /// 1/n, 1/h and nh at the beginning of the step.
  let perOccupation: AlignedVector
  let perVacancy: AlignedVector
  let variance: AlignedVector
  /// d, zero for modes without any rate.
  let diagonal: AlignedVector
  /// Columns of one tile.
  let columns: AlignedVector
  let ones: AlignedVector

  // MARK: Small numbers

  let method = RadauMethod()
  /// D/h, the matrices of `RadauMethod`, and the predictor's, row by row.
  let differentiation = AlignedVector(count: 25)
  let toSystems = AlignedVector(count: 25)
  let toStages = AlignedVector(count: 25)
  let predictor = AlignedVector(count: 25)
  /// Z′(0) · Z/h and μ/h.
  let initialSlope = AlignedVector(count: 5)
  let shifts = AlignedVector(count: 5)

  /// A_0, B_0, A_1 … at the beginning of the step, in the scales of the tables, and what each is measured by.
  let moments: AlignedVector
  let units: AlignedVector
  /// The moments at the beginning of the step before.
  let lastMoments: AlignedVector
  /// a_i, moments · 5 + stage.
  let stageMoments: AlignedVector
  /// s γ_r a_i in the same order, and s γ_r a at the beginning.
  let rates: AlignedVector
  let initialRates: AlignedVector
  /// ∂λ̇/∂a δa of the problems without the factors of a mode: moment · 5 + number.
  let responses: AlignedVector

  // MARK: Sums and systems

  /// Moments, Σ n and Σ nh.
  var momentSums: TileSums
  /// Row · 2R · 5 + column · 5 + number.
  var matrixSums: TileSums
  /// Moment · 5 + stage.
  var stageSums: TileSums
  /// One for each moment.
  var errorSums: TileSums
  var systems: [ComplexSystem]
  var right: [Complex<Double>]

  /// 2R.
  var momentCount: Int { 2 * kernel.channels }

  /// Terms beyond 2⁶ in a correction mean that the iteration diverges.
  static let exponent = 6

  /// Prepares steps.
  ///
  /// - Parameters:
  ///   - kernel: The tables of the owned modes.
  ///   - lambda: λ of the owned modes.
  ///   - scale: εJ/N.
  ///   - absolute: The absolute tolerance of λ.
  ///   - relative: The relative one.
  init(
    kernel: consuming ScaledKernel,
    from lambda: consuming AlignedVector,
    scale: Double,
    absolute: Double,
    relative: Double
  ) {
    let count = 2 * kernel.channels
    let padded = lambda.paddedCount
    let depth = kernel.depth
    self.scale = scale
    self.absolute = absolute
    self.relative = relative
    stages = AlignedVector(count: 5 * padded)
    problems = AlignedVector(count: 5 * padded)
    perOccupation = AlignedVector(count: padded)
    perVacancy = AlignedVector(count: padded)
    variance = AlignedVector(count: padded)
    diagonal = AlignedVector(count: padded)
    columns = AlignedVector(count: max(10, 5 * count) * ScaledKernel.tile)
    ones = AlignedVector([Double](repeating: 1, count: ScaledKernel.tile))
    moments = AlignedVector(count: count)
    units = AlignedVector(count: count)
    lastMoments = AlignedVector(count: count)
    stageMoments = AlignedVector(count: 5 * count)
    rates = AlignedVector(count: 5 * count)
    initialRates = AlignedVector(count: count)
    responses = AlignedVector(count: 5 * count)
    momentSums = TileSums(count: count + 2, depth: depth)
    matrixSums = TileSums(count: 5 * count * count, depth: depth, exponent: RadauStepper.exponent)
    stageSums = TileSums(count: 5 * count, depth: depth, exponent: RadauStepper.exponent)
    errorSums = TileSums(count: count, depth: depth, exponent: RadauStepper.exponent)
    systems = [ComplexSystem](
      repeating: ComplexSystem(size: count),
      count: RadauMethod.systems
    )
    right = [Complex<Double>](repeating: .zero, count: count)
    self.kernel = kernel
    self.lambda = lambda
    for index in 0..<25 {
      toSystems[index] = method.toSystems[index]
      toStages[index] = method.toStages[index]
    }
  }

  /// Sets the numbers that depend on the length of the step.
  func setLength(_ length: Double) {
    for index in 0..<25 { differentiation[index] = method.differentiation[index] / length }
    for index in 0..<5 { initialSlope[index] = method.initialSlope[index] / length }
    for (index, value) in RadauMethod.eigenvalues.enumerated() {
      if index == 0 {
        shifts[0] = value.real / length
      } else {
        shifts[2 * index - 1] = value.real / length
        shifts[2 * index] = value.imaginary / length
      }
    }
  }

  /// γ_r s with the sign of ∂λ̇/∂a: negative for A, positive for B.
  func signedRate(_ moment: Int) -> Double {
    (moment % 2 == 0 ? -scale : scale) * kernel.couplings[moment / 2]
  }
}
