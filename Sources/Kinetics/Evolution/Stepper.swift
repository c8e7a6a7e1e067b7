import Communication
import VectorMath

/// One step of an explicit Runge–Kutta method on the Lagrange parameters; nothing is allocated after `init`.
///
/// Each stage is one pass over the modes and one collective of the engine; see `StagePass`.
struct Stepper: ~Copyable {
  /// λ of the owned modes at the beginning of the step.
  private(set) var lambda: AlignedVector

  /// λ at the end of the attempted step.
  private var end: AlignedVector

  /// k_1 … k_s, each in its place.
  private let derivatives: AlignedVector
  private let places: [Int]

  /// The terms of the next state, and those of both error estimates.
  private let state: CombinationBuffer
  private let first: CombinationBuffer
  private let second: CombinationBuffer

  private let tableau: Tableau

  /// Whether k_1 is known: after the beginning, and after a rejected step.
  private var knowsFirst = false

  init(tableau: Tableau, initial: consuming AlignedVector) {
    self.tableau = tableau
    lambda = initial
    end = AlignedVector(count: lambda.count)
    let places = tableau.places
    self.places = places.of
    derivatives = AlignedVector(count: places.count * lambda.paddedCount)
    state = CombinationBuffer(count: tableau.count)
    first = CombinationBuffer(count: tableau.count)
    second = CombinationBuffer(count: tableau.count)
  }

  /// k_i of the owned modes.
  func derivative(_ stage: Int) -> UnsafeMutablePointer<Double> {
    derivatives.pointer + places[stage] * lambda.paddedCount
  }

  /// Goes to the beginning of the first step, and computes k_1 there.
  ///
  /// Collective.
  mutating func begin<Engine: ForceEngine & ~Copyable>(
    _ equation: inout RateEquation<Engine>
  ) throws(CommunicationError) {
    try equation.enter(lambda)
    _ = try equation.advance(StagePass(scale: equation.scale, slope: derivative(0)))
    knowsFirst = true
  }

  /// Computes the stages of a step of length h, and the norm of its error.
  ///
  /// Collective.
  ///
  ///     λ_i = λ + h Σ_j a_ij k_j,   k_i = λ̇(λ_i),   E² = (1/M) Σ_m (h Σ_j e_j k_jm / tolerance_m)²
  ///
  /// With the estimates E_5 and E_3 of both embedded steps the error is E_5²/√(E_5² + E_3²/100), which goes
  /// with h⁸.
  ///
  /// - Returns: The error in units of the tolerance, the same bits on all ranks and on any number of
  ///   them; NaN if a stage was not finite.
  mutating func attempt<Engine: ForceEngine & ~Copyable>(
    _ equation: inout RateEquation<Engine>,
    length: Double,
    control: StepControl
  ) throws(CommunicationError) -> Double {
    var sums: (first: Double, second: Double) = (0, 0)
    for stage in 0..<tableau.count {
      let isLast = stage == tableau.count - 1
      let row = isLast ? tableau.weights : tableau.stages[stage + 1]
      let next = StagePass.Destination(
        base: UnsafePointer(lambda.pointer),
        terms: combination(of: row, length, in: state),
        end: isLast ? end.pointer : nil,
        errors: isLast ? estimates(length, control) : nil
      )
      let slope = stage == 0 && knowsFirst ? nil : derivative(stage)
      sums = try equation.advance(StagePass(scale: equation.scale, slope: slope, next: next))
    }
    knowsFirst = true
    let (fifth, third) = sums
    let size = fifth + 0.01 * third
    return size == 0 ? 0 : fifth / (size * Double(equation.partition.modes)).squareRoot()
  }

  /// Makes the end of the attempted step the beginning of the next.
  mutating func accept() {
    swap(&lambda, &end)
    knowsFirst = false
  }

  private func estimates(_ length: Double, _ control: StepControl) -> StagePass.ErrorEstimates {
    StagePass.ErrorEstimates(
      first: combination(of: tableau.error, length, in: first),
      second: combination(of: tableau.secondError, length, in: second),
      absolute: control.absoluteTolerance,
      relative: control.relativeTolerance
    )
  }

  /// h Σ_j a_j k_j without the terms that are zero.
  private func combination(
    of coefficients: [Double],
    _ length: Double,
    in buffer: borrowing CombinationBuffer
  ) -> StagePass.Combination {
    var count = 0
    for (stage, coefficient) in coefficients.enumerated() where coefficient != 0 {
      buffer.tables[count] = UnsafePointer(derivative(stage))
      buffer.weights[count] = length * coefficient
      count += 1
    }
    return StagePass.Combination(tables: buffer.tables, weights: buffer.weights, count: count)
  }

  /// λ at the beginning of the next step, for another method to go on with.
  consuming func takeLambda() -> AlignedVector { lambda }
}
