import Communication
import VectorMath

/// One step of an explicit Runge–Kutta pair on the Lagrange parameters; nothing is allocated after `init`.
struct Stepper: ~Copyable {
  /// λ of the owned modes at the beginning of the step.
  private(set) var lambda: AlignedVector

  /// The state of a stage, and at the end of `attempt` that of the step.
  private var trial: AlignedVector

  /// k_1 … k_s, one after the other in the order of `places`.
  private let derivatives: AlignedVector

  /// Where each stage's derivative stands; an accepted step exchanges the first and the last.
  private var places: [Int]

  /// h a_ij or h e_j, while a combination is computed.
  private let weights: AlignedVector

  private let tableau: Tableau
  private var errorSum = ExactSums(exponents: [Stepper.errorWindow])

  /// Squared errors of (2³⁰ tolerances)² and more reject the step as they are, without a sum.
  private static let errorWindow = 60

  init(tableau: Tableau, initial: consuming AlignedVector) {
    self.tableau = tableau
    lambda = initial
    trial = AlignedVector(count: lambda.count)
    derivatives = AlignedVector(count: tableau.count * lambda.paddedCount)
    places = Array(0..<tableau.count)
    weights = AlignedVector(count: tableau.count)
  }

  /// k_i of the owned modes.
  func derivative(_ stage: Int) -> UnsafeMutablePointer<Double> {
    derivatives.pointer + places[stage] * lambda.paddedCount
  }

  /// Computes k_1 of the first step.
  ///
  /// Collective.
  mutating func begin<Engine: ForceEngine & ~Copyable>(
    _ equation: inout RateEquation<Engine>
  ) throws(CommunicationError) {
    try equation.derivative(at: lambda, into: derivative(0))
  }

  /// Computes the stages of a step of length h, and the norm of its error.
  ///
  /// Collective.
  ///
  ///     λ_i = λ + h Σ_j a_ij k_j,   k_i = λ̇(λ_i),   error² = (1/M) Σ_m (h Σ_j e_j k_jm / tolerance_m)²
  ///
  /// - Returns: The error in units of the tolerance, the same bits on all ranks and on any number of
  ///   them; NaN if a stage was not finite.
  mutating func attempt<Engine: ForceEngine & ~Copyable>(
    _ equation: inout RateEquation<Engine>,
    length: Double,
    control: StepControl,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    for stage in 1..<tableau.count {
      combine(tableau.stages[stage], length)
      try equation.derivative(at: trial, into: derivative(stage))
    }
    errorSum.reset()
    sumErrors(length, control)
    try errorSum.reduce(over: communicator)
    return (errorSum.value(0) / Double(equation.partition.modes)).squareRoot()
  }

  /// The largest rate of relaxation, as the last two stages of the attempted step show it: both stand at its
  /// end, and where the equation is stiff they differ by its fastest modes.
  ///
  /// Collective.
  ///
  ///     ρ = max_m |k_s − k_(s−1)| / max_m |λ_s − λ_(s−1)|
  ///
  /// E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section IV.2.
  ///
  /// - Returns: ρ, the same bits on any number of ranks; 0 if the states are equal.
  mutating func largestRate(
    length: Double,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    let (last, before) = (tableau.count - 1, tableau.count - 2)
    for stage in 0..<last {
      let other = stage < before ? tableau.stages[before][stage] : 0
      weights[stage] = length * (tableau.stages[last][stage] - other)
    }
    var slopes = Vector.zero
    var states = Vector.zero
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      var difference = Vector.zero
      for stage in 0..<last {
        let weight = Vector(repeating: weights[stage])
        difference = multiplyAdd(derivative(stage).vector(at: index), weight, difference)
      }
      let change = magnitude(
        derivative(last).vector(at: index) - derivative(before).vector(at: index)
      )
      slopes.replace(with: change, where: change .> slopes)
      let distance = magnitude(difference)
      states.replace(with: distance, where: distance .> states)
    }
    var largest: InlineArray<2, Double> = [slopes.max(), states.max()]
    var span = largest.mutableSpan
    try communicator.maximum(&span)
    return span[1] > 0 ? span[0] / span[1] : 0
  }

  /// Makes the end of the attempted step the beginning of the next.
  mutating func accept() {
    swap(&lambda, &trial)
    places.swapAt(0, places.count - 1)
  }

  /// Writes λ + h Σ_j a_j k_j into the trial state.
  private mutating func combine(_ coefficients: [Double], _ length: Double) {
    for index in coefficients.indices { weights[index] = length * coefficients[index] }
    let count = coefficients.count
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      var sum = lambda.pointer.vector(at: index)
      for stage in 0..<count {
        let weight = Vector(repeating: weights[stage])
        sum = multiplyAdd(derivative(stage).vector(at: index), weight, sum)
      }
      trial.pointer.store(sum, at: index)
    }
  }

  private mutating func sumErrors(_ length: Double, _ control: StepControl) {
    for index in tableau.error.indices { weights[index] = length * tableau.error[index] }
    let absolute = Vector(repeating: control.absoluteTolerance)
    let relative = Vector(repeating: control.relativeTolerance)
    var accumulator = FoldAccumulator()
    let window = errorSum.windows[0]
    let block = FoldAccumulator.capacity * Vector.scalarCount
    for start in stride(from: 0, to: lambda.paddedCount, by: block) {
      let end = min(start + block, lambda.paddedCount)
      for index in stride(from: start, to: end, by: Vector.scalarCount) {
        var error = Vector.zero
        for stage in 0..<tableau.error.count {
          let weight = Vector(repeating: weights[stage])
          error = multiplyAdd(derivative(stage).vector(at: index), weight, error)
        }
        let before = magnitude(lambda.pointer.vector(at: index))
        let after = magnitude(trial.pointer.vector(at: index))
        let larger = before.replacing(with: after, where: after .> before)
        let ratio = error / multiplyAdd(larger, relative, absolute)
        accumulator.add(ratio * ratio, window)
      }
      errorSum.absorb(&accumulator, into: 0)
    }
  }
}

extension Stepper {
  /// λ at the beginning of the next step, for another method to go on with.
  consuming func takeLambda() -> AlignedVector { lambda }
}

/// |x| of each lane.
@inline(__always)
func magnitude(_ vector: Vector) -> Vector {
  vector.replacing(with: -vector, where: vector .< Vector.zero)
}
