import Communication
import RealModule
import VectorMath

/// A lattice of few momenta that finds the moments of a large one by itself; see `NestedEvolution`.
///
/// Its steps are those of `RadauMethod` with moments that solve their own equations, by Newton's method (see
/// `CoarseLattice.solve`). Each is taken once as a whole and once in two halves: the difference is the error of
/// the whole one, which all lattices take. It costs little, since the momenta are few.
struct CoarseLattice: ~Copyable {
  /// The modes, of which one rank has all.
  var modes: DrivenModes

  /// The length of the next step, unless an output comes first; 0 before the first.
  var length = 0.0

  private let tolerances: StepControl

  /// The largest difference of moments found and assumed, relative to the mean magnitude of their terms.
  private let newtonTolerance: Double

  /// n of all modes, then h: at the beginning of a step, after the whole, after a half, after two halves.
  let states: AlignedVector
  let work: StageWork

  /// The largest number of attempts for each step.
  private static let attempts = 60

  /// Prepares steps.
  ///
  /// - Parameters:
  ///   - modes: The modes at time 0.
  ///   - control: The tolerances.
  ///   - deviation: By how much moments of lattices may deviate.
  init(_ modes: consuming DrivenModes, control: StepControl, deviation: Double) {
    states = AlignedVector(count: 8 * modes.lambda.paddedCount)
    work = StageWork(moments: modes.moments)
    tolerances = control
    newtonTolerance = max(0.02 * deviation, 1e-14)
    self.modes = modes
  }

  /// Where n of a state begins; h comes `paddedCount` behind it.
  func state(_ index: Int) -> UnsafeMutablePointer<Double> {
    states.pointer + 2 * index * modes.lambda.paddedCount
  }

  /// Finds the steps that follow, and leaves λ at their end in `modes.next`.
  ///
  /// - Parameters:
  ///   - span: The time not to go beyond.
  ///   - limit: The largest number of steps.
  /// - Returns: The steps, how many attempts were rejected, and the time that is left of the span, zero
  ///   exactly where it was reached; `nil` if no step was found.
  mutating func plan(
    for span: Double,
    limit: Int
  ) -> (steps: MomentSteps, rejected: Int, left: Double)? {
    enter()
    var steps = MomentSteps(moments: modes.moments)
    var sizes = magnitudes(of: 0).sizes
    var moments = StageMoments(constant: means(of: 0))
    var last = 0.0
    if length == 0 { length = firstLength(moments.start, span) }
    var left = span
    var rejected = 0
    var hasFailed = false
    while left > 0, steps.count < limit {
      let lands = length >= left * (1 - 1e-3)
      let step = lands ? left : min(length, length * 2 > left ? left / 2 : length)
      guard rejected < CoarseLattice.attempts * (steps.count + 1), step > span * 1e-15 else {
        return nil
      }
      var guess =
        last > 0
        ? StageMoments(moments, from: 1, ratio: step / last)
        : StageMoments(constant: moments.start)
      guard let error = attempt(step, &guess, sizes: sizes), error <= 1 else {
        rejected += 1
        hasFailed = true
        length = step * (lastError.isFinite ? max(0.1, min(0.9, factor(lastError))) : 0.2)
        continue
      }
      // The whole step is the one that all lattices take.
      state(0).update(from: state(1), count: 2 * modes.lambda.paddedCount)
      let ends = magnitudes(of: 0)
      steps.append(length: step, stages: guess.stages, sizes: ends.sizes, tops: ends.tops)
      sizes = ends.sizes
      moments = guess
      last = step
      left = lands ? 0 : left - step
      // A step that an output cut short says nothing against the length that was planned.
      let next = step * min(hasFailed ? 1 : 10, factor(error))
      length = step < length ? max(length, next) : next
      hasFailed = false
    }
    leave()
    return (steps, rejected, left)
  }

  /// The error of the last attempt in units of the tolerance; infinite where its stages were not found.
  private var lastError = Double.infinity

  /// Tries a step as a whole and in two halves.
  ///
  /// - Parameters:
  ///   - step: Its length.
  ///   - guess: Where the moments begin their iteration; on return those of the whole step.
  ///   - sizes: What moments are measured by.
  /// - Returns: The largest error of λ in units of the tolerance; `nil` if the stages were not found.
  private mutating func attempt(
    _ step: Double,
    _ guess: inout StageMoments,
    sizes: [Double]
  ) -> Double? {
    lastError = .infinity
    guard solve(step, from: 0, to: 1, &guess, sizes) else { return nil }
    var half = StageMoments(guess, from: 0, ratio: 0.5)
    guard solve(step / 2, from: 0, to: 2, &half, sizes) else { return nil }
    half = StageMoments(guess, from: 0.5, ratio: 0.5)
    guard solve(step / 2, from: 2, to: 3, &half, sizes) else { return nil }
    lastError = difference()
    return lastError
  }

  private func solve(
    _ step: Double,
    from origin: Int,
    to end: Int,
    _ moments: inout StageMoments,
    _ sizes: [Double]
  ) -> Bool {
    solve(step, from: origin, to: end, &moments.stages, sizes: sizes, tolerance: newtonTolerance)
  }

  /// The factor for the length of a step whose error is of order h¹⁰.
  private func factor(_ error: Double) -> Double { 0.95 * .pow(max(error, 1e-12), -0.1) }

  /// The largest difference of λ between one step and two halves, in units of the tolerance.
  private func difference() -> Double {
    let h = modes.lambda.paddedCount
    let (whole, halves) = (state(1), state(3))
    var largest = LargestValue()
    for index in stride(from: 0, to: h, by: Vector.scalarCount) {
      let ratio = whole.vector(at: h + index) / whole.vector(at: index)
      let finer = logarithm(halves.vector(at: h + index) / halves.vector(at: index))
      let allowed: Vector = multiplyAdd(
        Vector(repeating: tolerances.relativeTolerance),
        magnitude(finer),
        Vector(repeating: tolerances.absoluteTolerance)
      )
      // Negative ratios have no logarithm: NaN.
      largest.take(magnitude(logarithm(ratio) - finer) / allowed)
    }
    return largest.value
  }

  /// The first length: what changes λ by about the tolerance's tenth root.
  private func firstLength(_ moments: [Double], _ span: Double) -> Double {
    var largest = LargestValue()
    for index in stride(from: 0, to: modes.lambda.paddedCount, by: Vector.scalarCount) {
      var gain = Vector.zero
      var loss = Vector.zero
      for moment in 0..<modes.moments {
        let weight = modes.rate * modes.kernel.couplings[moment / 2] * moments[moment]
        let value = weight / modes.kernel.scales[moment]
        let table = modes.kernel.table(moment % 2 == 0 ? moment + 1 : moment - 1, from: 0)
        let term = table.vector(at: index) * value
        if moment % 2 == 0 { gain += term } else { loss += term }
      }
      let n = state(0).vector(at: index)
      let h = state(0).vector(at: modes.lambda.paddedCount + index)
      largest.take(magnitude(loss / h - gain / n) / (1 + magnitude(logarithm(h / n))))
    }
    let tolerance = max(tolerances.relativeTolerance, tolerances.absoluteTolerance)
    let change = Double.pow(min(1, tolerance), 0.1)
    return largest.value > 0 ? min(span, change / largest.value) : span
  }
}

// MARK: - States

extension CoarseLattice {
  /// Takes n and h at the beginning from λ.
  private func enter() {
    let h = modes.lambda.paddedCount
    for index in stride(from: 0, to: h, by: Vector.scalarCount) {
      let (occupation, vacancy) = occupations(modes.lambda.pointer.vector(at: index))
      state(0).store(occupation, at: index)
      state(0).store(vacancy, at: h + index)
    }
  }

  /// Leaves λ at the end.
  private func leave() {
    let h = modes.lambda.paddedCount
    for index in stride(from: 0, to: h, by: Vector.scalarCount) {
      let old = modes.lambda.pointer.vector(at: index)
      let new = lambda(state(0).vector(at: index), state(0).vector(at: h + index), after: old)
      modes.next.pointer.store(new, at: index)
    }
  }

  /// The moments of a state.
  private func means(of index: Int) -> [Double] {
    (0..<modes.moments).map { moment in
      let values = state(index) + moment % 2 * modes.lambda.paddedCount
      let table = modes.kernel.table(moment, from: 0)
      var sum = Vector.zero
      for index in stride(from: 0, to: modes.lambda.paddedCount, by: Vector.scalarCount) {
        sum = multiplyAdd(table.vector(at: index), values.vector(at: index), sum)
      }
      return sum.sum() * modes.kernel.scales[moment] / Double(modes.momenta)
    }
  }

  /// The mean and the largest magnitude of the terms of each moment.
  private func magnitudes(of index: Int) -> (sizes: [Double], tops: [Double]) {
    var (sizes, tops): ([Double], [Double]) = ([], [])
    for moment in 0..<modes.moments {
      let values = state(index) + moment % 2 * modes.lambda.paddedCount
      let table = modes.kernel.table(moment, from: 0)
      var sum = Vector.zero
      var top = Vector.zero
      for index in stride(from: 0, to: modes.lambda.paddedCount, by: Vector.scalarCount) {
        let term = magnitude(table.vector(at: index) * values.vector(at: index))
        sum += term
        top = larger(top, term)
      }
      let scale = modes.kernel.scales[moment]
      sizes.append(sum.sum() * scale / Double(modes.momenta))
      tops.append(top.max() * scale)
    }
    return (sizes, tops)
  }
}
