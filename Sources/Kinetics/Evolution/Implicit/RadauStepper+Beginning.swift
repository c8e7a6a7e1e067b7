import Communication
import ComplexModule
import VectorMath

/// The state at the beginning of a step, and the Jacobian there.
extension RadauStepper {
  /// Moves λ to the end of the last step, and computes occupations and moments there.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - isNext: Whether there was a step: then λ grows by Z_5.
  ///   - shift: Added to λ of all modes that have a rate, which restores the filling.
  ///   - communicator: The ranks.
  /// - Returns: Σ n and Σ nh over all modes; NaN where something is not finite.
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: one pass, one Allreduce of 2R + 2 exact sums.
  mutating func begin(
    advancing isNext: Bool,
    shift: Double,
    over communicator: some Communicator
  ) throws(CommunicationError) -> (number: Double, variance: Double) {
    momentSums.reset()
    let last = stages.pointer + 4 * lambda.paddedCount
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      for index in stride(from: start, to: start + size, by: Vector.scalarCount) {
        var value = lambda.pointer.vector(at: index)
        if isNext {
          let isIdle = diagonal.pointer.vector(at: index) .== Vector.zero
          let common = Vector(repeating: shift).replacing(with: 0, where: isIdle)
          value += last.vector(at: index) + common
          lambda.pointer.store(value, at: index)
        }
        let (n, h, perOccupation, perVacancy) = occupationsAndInverses(value)
        columns.pointer.store(n, at: index - start)
        columns.pointer.store(h, at: ScaledKernel.tile + index - start)
        variance.pointer.store(n * h, at: index)
        self.perOccupation.pointer.store(perOccupation, at: index)
        self.perVacancy.pointer.store(perVacancy, at: index)
      }
      // The padding is no mode.
      for index in max(start, lambda.count)..<max(start + size, lambda.count) {
        columns[index - start] = 0
        variance[index] = 0
      }
      for moment in 0..<momentCount {
        let values = columns.pointer + moment % 2 * ScaledKernel.tile
        momentSums.add(moment, kernel.table(moment, from: start), values, count: size)
      }
      momentSums.add(momentCount, ones.pointer, columns.pointer, count: size)
      momentSums.add(momentCount + 1, ones.pointer, variance.pointer + start, count: size)
      momentSums.endTile()
    }
    try momentSums.reduce(over: communicator)
    lastMoments.copy(from: moments)
    for moment in 0..<momentCount {
      let value = momentSums.value(moment)
      moments[moment] = value
      units[moment] = value == 0 ? 1 : abs(value)
      initialRates[moment] = signedRate(moment) * value
    }
    return (momentSums.value(momentCount), momentSums.value(momentCount + 1))
  }

  /// Computes the Jacobian for a length of the step, and factors the small systems.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - length: h.
  ///   - communicator: The ranks.
  /// - Returns: Whether the systems have a solution.
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: one pass, one Allreduce of 5 (2R)² exact sums.
  mutating func linearise(
    length: Double,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Bool {
    setLength(length)
    matrixSums.reset()
    let count = momentCount
    let hasSigns = kernel.isNonnegative.contains(false)
    var largest = LargestValue()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      tabulateColumns(start, size)
      if hasSigns {
        for index in stride(from: 0, to: size, by: Vector.scalarCount) {
          for column in 0..<5 * count {
            let place = column * ScaledKernel.tile + index
            largest.take(magnitude(columns.pointer.vector(at: place)))
          }
        }
      }
      for row in 0..<count {
        let table = kernel.table(row, from: start)
        for column in 0..<5 * count {
          let values = columns.pointer + column * ScaledKernel.tile
          matrixSums.add(row * 5 * count + column, table, values, count: size)
        }
      }
      matrixSums.endTile()
    }
    matrixSums.require(largest.value)
    try matrixSums.reduce(over: communicator)
    return factorSystems()
  }

  /// Writes d of the modes, and into the columns of a tile nh ∂λ̇_m/∂a (μ_e/h − d_m)⁻¹ in the units of a.
  private func tabulateColumns(_ start: Int, _ size: Int) {
    for index in stride(from: 0, to: size, by: Vector.scalarCount) {
      let perOccupation = self.perOccupation.pointer.vector(at: start + index)
      let perVacancy = self.perVacancy.pointer.vector(at: start + index)
      let variance = self.variance.pointer.vector(at: start + index)
      let (gain, loss) = rates(at: start + index, initialRates.pointer, stride: 1)
      // e^λ = nh/n² and e^−λ = nh/h², without cancellation in either tail; the gain is negative.
      let toward: Vector = variance * perOccupation * perOccupation * gain
      let away: Vector = variance * perVacancy * perVacancy * loss
      let diagonal: Vector = toward - away
      self.diagonal.pointer.store(diagonal, at: start + index)
      // 1/(μ_e/h − d), as real and imaginary parts.
      var unit = FiveVectors(repeating: .zero)
      unit[0] = Vector(repeating: 1)
      unit[1] = Vector(repeating: 1)
      unit[3] = Vector(repeating: 1)
      let inverse = unit.divided(byShifts: shifts.pointer, minus: diagonal)
      let vacancy = variance * perOccupation
      let occupation = variance * perVacancy
      for moment in 0..<momentCount {
        let isGain = moment % 2 == 0
        // A_r drives by g_r, B_r by f_r: the table of the other parity.
        let factor = kernel.table(isGain ? moment + 1 : moment - 1, from: start).vector(at: index)
        let size = Vector(repeating: signedRate(moment) * units[moment])
        let element: Vector = size * factor * (isGain ? vacancy : occupation)
        for number in 0..<5 {
          let place = (5 * moment + number) * ScaledKernel.tile + index
          columns.pointer.store(element * inverse[number], at: place)
        }
      }
    }
  }

  /// Gain, which is negative, and loss of eight modes in units of λ̇.
  @inline(__always)
  func rates(
    at index: Int,
    _ coefficients: UnsafePointer<Double>,
    stride: Int
  ) -> (gain: Vector, loss: Vector) {
    var gain = Vector.zero
    var loss = Vector.zero
    for r in 0..<kernel.channels {
      let f = kernel.table(2 * r, from: 0).vector(at: index)
      let g = kernel.table(2 * r + 1, from: 0).vector(at: index)
      gain = multiplyAdd(g, Vector(repeating: coefficients[2 * r * stride]), gain)
      loss = multiplyAdd(f, Vector(repeating: coefficients[(2 * r + 1) * stride]), loss)
    }
    return (gain, loss)
  }

  /// Fills and factors 1 − V (μ/h − d)⁻¹ U for each eigenvalue, rows and columns in the units of the moments.
  private mutating func factorSystems() -> Bool {
    guard matrixSums.isValid else { return false }
    let count = momentCount
    for row in 0..<count {
      // V is −f nh for A and g nh for B.
      let sign = row % 2 == 0 ? -1.0 : 1.0
      for column in 0..<count {
        let place = (row * count + column) * 5
        let weight = sign / units[row]
        let one: Complex<Double> = row == column ? .one : .zero
        systems[0][row, column] = one - Complex(weight * matrixSums.value(place))
        for pair in 1...2 {
          let element = Complex(
            weight * matrixSums.value(place + 2 * pair - 1),
            weight * matrixSums.value(place + 2 * pair)
          )
          systems[pair][row, column] = one - element
        }
      }
    }
    for index in systems.indices { systems[index].factor() }
    return !systems.contains(where: \.isSingular)
  }

  /// The residual of the state at the beginning of the step; see `SteadyCertificate`.
  ///
  /// Collective.
  mutating func residual(
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    var largest = LargestValue()
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates(at: index, initialRates.pointer, stride: 1)
      let toward: Vector = gain * perOccupation.pointer.vector(at: index)
      let away: Vector = loss * perVacancy.pointer.vector(at: index)
      // Both times nh; the gain is negative.
      let total: Vector = away - toward
      let residual = magnitude(toward + away) / total
      largest.take(residual.replacing(with: 0, where: total .== Vector.zero))
    }
    return try largest.value(over: communicator)
  }

  /// The largest |λ̇|/(1 + |λ|) at the beginning of the step; infinite where something is not finite.
  ///
  /// Collective.
  mutating func largestRate(
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    var largest = LargestValue()
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates(at: index, initialRates.pointer, stride: 1)
      let toward: Vector = gain * perOccupation.pointer.vector(at: index)
      let away: Vector = loss * perVacancy.pointer.vector(at: index)
      largest.take(magnitude(toward + away) / (1 + magnitude(lambda.pointer.vector(at: index))))
    }
    return try largest.value(over: communicator)
  }
}
