import Communication
import ComplexModule
import VectorMath

/// Where the stages of a step begin their iteration.
enum StagePrediction: Equatable {
  /// At the beginning of the step.
  case constant

  /// Where they are.
  case unchanged

  /// On the polynomial of the last step, at a length in units of that step's.
  case continuation(ratio: Double)

  /// On the polynomial of the last attempt, at a length in units of that one's.
  case shorter(ratio: Double)
}

/// The iteration for the stages.
extension RadauStepper {
  /// Sets the stages to begin with, and computes the first correction.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - prediction: The stages.
  ///   - communicator: The ranks.
  /// - Returns: Whether all was finite.
  /// - Throws: `CommunicationError` if the reduction fails.
  mutating func predict(
    _ prediction: StagePrediction,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Bool {
    setPredictor(prediction)
    predictMoments(prediction)
    let isConstant = prediction == .constant
    stageSums.reset()
    var divergence = LargestValue()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      for index in stride(from: 0, to: size, by: Vector.scalarCount) {
        let place = start + index
        var shift = FiveVectors(repeating: .zero)
        if !isConstant {
          let old = FiveVectors(from: stages.pointer + place, stride: lambda.paddedCount)
          shift = old.transformed(by: predictor.pointer)
        }
        shift.store(to: stages.pointer + place, stride: lambda.paddedCount)
        correct(shift, place, index, &divergence)
      }
      addStageMoments(start, size)
    }
    stageSums.require(divergence.value)
    try stageSums.reduce(over: communicator)
    return solveMoments()
  }

  /// Applies the correction, and computes the next one.
  ///
  /// Collective.
  ///
  /// - Returns: The largest correction in units of the tolerance; infinite if something was not finite.
  mutating func iterate(
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    stageSums.reset()
    var divergence = LargestValue()
    var largest = LargestValue()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      for index in stride(from: 0, to: size, by: Vector.scalarCount) {
        let shift = correctedStages(start + index, &largest)
        correct(shift, start + index, index, &divergence)
      }
      addStageMoments(start, size)
    }
    stageSums.require(divergence.value)
    try stageSums.reduce(over: communicator)
    let correction = try largest.value(over: communicator)
    return solveMoments() ? correction : .infinity
  }

  /// Applies the last correction, and estimates the error of the step.
  ///
  /// Collective.
  ///
  ///     error = (μ_0/h − J)⁻¹ (λ̇(λ) − Z′(0)/h)
  ///
  /// What the polynomial of the stages violates at the beginning, filtered by the real problem of the
  /// step, of order h⁶ for smooth solutions and bounded for stiff ones.
  ///
  /// - Returns: The largest last correction and the largest error, in units of the tolerance.
  mutating func finish(
    over communicator: some Communicator
  ) throws(CommunicationError) -> (correction: Double, error: Double) {
    errorSums.reset()
    var divergence = LargestValue()
    var correction = LargestValue()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      for index in stride(from: 0, to: size, by: Vector.scalarCount) {
        let defect = filteredDefect(start + index, &correction)
        problems.pointer.store(defect, at: start + index)
        let change = defect * variance.pointer.vector(at: start + index)
        divergence.take(magnitude(change))
        columns.pointer.store(change, at: index)
      }
      for moment in 0..<momentCount {
        errorSums.add(moment, kernel.table(moment, from: start), columns.pointer, count: size)
      }
      errorSums.endTile()
    }
    errorSums.require(divergence.value)
    try errorSums.reduce(over: communicator)
    for moment in 0..<momentCount {
      let sum = errorSums.value(moment)
      right[moment] = Complex((moment % 2 == 0 ? -sum : sum) / units[moment])
    }
    systems[0].solve(&right)
    for moment in 0..<momentCount {
      responses[5 * moment] = signedRate(moment) * units[moment] * right[moment].real
    }

    var error = LargestValue()
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates(at: index, responses.pointer, stride: 5)
      let toward: Vector = gain * perOccupation.pointer.vector(at: index)
      let away: Vector = loss * perVacancy.pointer.vector(at: index)
      let denominator = Vector(repeating: shifts[0]) - diagonal.pointer.vector(at: index)
      let estimate: Vector = problems.pointer.vector(at: index) + (toward + away) / denominator
      let begin = lambda.pointer.vector(at: index)
      let end = begin + stages.pointer.vector(at: 4 * lambda.paddedCount + index)
      let (before, after) = (magnitude(begin), magnitude(end))
      let size = before.replacing(with: after, where: after .> before)
      error.take(magnitude(estimate) / tolerance(size))
    }
    var pair: InlineArray<2, Double> = [correction.value, error.value]
    var span = pair.mutableSpan
    try communicator.maximum(&span)
    return (span[0], span[1])
  }

  // MARK: Eight modes

  /// absolute + relative · |λ|.
  @inline(__always)
  private func tolerance(_ size: Vector) -> Vector {
    multiplyAdd(size, Vector(repeating: relative), Vector(repeating: absolute))
  }

  /// Adds to Z the correction T (x + (μ/h − d)⁻¹ U δa), and measures it.
  @inline(__always)
  private func correctedStages(_ place: Int, _ largest: inout LargestValue) -> FiveVectors {
    let perOccupation = self.perOccupation.pointer.vector(at: place)
    let perVacancy = self.perVacancy.pointer.vector(at: place)
    var response = FiveVectors(repeating: .zero)
    for number in 0..<5 {
      let (gain, loss) = rates(at: place, responses.pointer + number, stride: 5)
      response[number] = multiplyAdd(gain, perOccupation, loss * perVacancy)
    }
    let diagonal = self.diagonal.pointer.vector(at: place)
    let filtered = response.divided(byShifts: shifts.pointer, minus: diagonal)
    let local = FiveVectors(from: problems.pointer + place, stride: lambda.paddedCount)
    let change = local.plus(filtered).transformed(by: toStages.pointer)
    var size = Vector.zero
    for stage in 0..<5 {
      let value = magnitude(change[stage])
      // NaN passes on as NaN.
      size = size.replacing(with: value, where: .!(value .<= size))
    }
    largest.take(size / tolerance(magnitude(lambda.pointer.vector(at: place))))
    let old = FiveVectors(from: stages.pointer + place, stride: lambda.paddedCount)
    let new = old.plus(change)
    new.store(to: stages.pointer + place, stride: lambda.paddedCount)
    return new
  }

  /// Writes x = (μ/h − d)⁻¹ T⁻¹ (λ̇(λ + Z; a) − D Z/h), and n and h as x changes them into the tile.
  @inline(__always)
  private func correct(
    _ shift: FiveVectors,
    _ place: Int,
    _ index: Int,
    _ divergence: inout LargestValue
  ) {
    let lambda = self.lambda.pointer.vector(at: place)
    let slopes = shift.transformed(by: differentiation.pointer)
    var residual = FiveVectors(repeating: .zero)
    for stage in 0..<5 {
      let (n, h, perOccupation, perVacancy) = occupationsAndInverses(lambda + shift[stage])
      let (gain, loss) = rates(at: place, self.rates.pointer + stage, stride: 5)
      let derivative: Vector = multiplyAdd(gain, perOccupation, loss * perVacancy)
      residual[stage] = derivative - slopes[stage]
      let target = columns.pointer + index
      target.store(n, at: stage * ScaledKernel.tile)
      target.store(h, at: (5 + stage) * ScaledKernel.tile)
    }
    let right = residual.transformed(by: toSystems.pointer)
    let diagonal = self.diagonal.pointer.vector(at: place)
    let local = right.divided(byShifts: shifts.pointer, minus: diagonal)
    local.store(to: problems.pointer + place, stride: self.lambda.paddedCount)
    let change = local.transformed(by: toStages.pointer)
    let variance = self.variance.pointer.vector(at: place)
    for stage in 0..<5 {
      let target = columns.pointer + index
      let moved: Vector = variance * change[stage]
      divergence.take(magnitude(moved))
      let n = target.vector(at: stage * ScaledKernel.tile)
      let h = target.vector(at: (5 + stage) * ScaledKernel.tile)
      target.store(n - moved, at: stage * ScaledKernel.tile)
      target.store(h + moved, at: (5 + stage) * ScaledKernel.tile)
    }
  }

  /// (μ_0/h − d)⁻¹ (λ̇(λ) − Z′(0)/h), after the last correction.
  @inline(__always)
  private func filteredDefect(_ place: Int, _ correction: inout LargestValue) -> Vector {
    let shift = correctedStages(place, &correction)
    var slope = Vector.zero
    for stage in 0..<5 {
      slope = multiplyAdd(Vector(repeating: initialSlope[stage]), shift[stage], slope)
    }
    let (gain, loss) = rates(at: place, initialRates.pointer, stride: 1)
    let toward: Vector = gain * perOccupation.pointer.vector(at: place)
    let away: Vector = loss * perVacancy.pointer.vector(at: place)
    let defect: Vector = toward + away - slope
    return defect / (Vector(repeating: shifts[0]) - diagonal.pointer.vector(at: place))
  }
}
