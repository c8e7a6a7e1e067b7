import RealModule
import VectorMath

/// What Newton's method computes in.
struct StageWork: ~Copyable {
  /// (D + diag(a + b))⁻¹ of eight modes, row by row.
  let inverse = AlignedVector(count: 25 * Vector.scalarCount)
  /// n, then h, of eight modes in the stages.
  let stages = AlignedVector(count: 10 * Vector.scalarCount)
  /// For each stage and moment the sum over eight modes at a time.
  let found: AlignedVector
  /// Row · 10R + column the same, of the derivatives.
  let derivatives: AlignedVector
  let differentiation = AlignedVector(RadauMethod().differentiation)

  init(moments: Int) {
    let unknowns = RadauMethod.stages * moments
    found = AlignedVector(count: unknowns * Vector.scalarCount)
    derivatives = AlignedVector(count: unknowns * unknowns * Vector.scalarCount)
  }
}

extension CoarseLattice {
  /// Takes a step whose moments are those of its stages.
  ///
  /// With M = D + diag(a + b) for each mode, the moments assumed move the stages by
  ///
  ///     δz_i = Σ_j M⁻¹_ij (h_j δa_j − n_j δb_j)
  ///
  /// so that Newton's method solves for the 10R numbers of all stages. The derivatives are those of the first
  /// iteration, until it converges slowly.
  ///
  /// - Parameters:
  ///   - length: Of the step.
  ///   - origin: The state to begin with.
  ///   - end: The state that the result goes to.
  ///   - moments: A_0, B_0 … of each stage to begin with; on return those found.
  ///   - sizes: The mean magnitude of the terms of each moment.
  ///   - tolerance: The largest difference relative to that.
  /// - Returns: Whether they were found.
  func solve(
    _ length: Double,
    from origin: Int,
    to end: Int,
    _ moments: inout [Double],
    sizes: [Double],
    tolerance: Double
  ) -> Bool {
    let count = modes.moments
    let unknowns = RadauMethod.stages * count
    let units = (0..<unknowns).map { sizes[$0 % count] > 0 ? sizes[$0 % count] : 1 }
    var inverse: DenseMatrix?
    var last = Double.infinity
    for iteration in 0..<12 {
      let wantsDerivatives = inverse == nil
      sweep(length, moments, from: origin, to: end, differentiating: wantsDerivatives)
      let means = (0..<unknowns).map { laneSum(work.found, $0) / Double(modes.momenta) }
      let residual = (0..<unknowns).map { index in
        (means[index] * modes.kernel.scales[index % count] - moments[index]) / units[index]
      }
      let largest = residual.reduce(0) { abs($1) <= $0 ? $0 : abs($1) }
      guard largest.isFinite else { return false }
      if largest <= tolerance { return true }
      // Rounding is as far as it goes.
      if iteration > 2, largest > 0.5 * last { return largest <= 30 * tolerance }
      if wantsDerivatives { inverse = inverseOfDerivatives(units) }
      guard let matrix = inverse else { return false }
      for row in 0..<unknowns {
        var change = 0.0
        for column in 0..<unknowns { change += matrix[row, column] * residual[column] }
        let value = moments[row] + change * units[row]
        let isNonnegative = modes.kernel.isNonnegative[row % count]
        moments[row] = isNonnegative ? max(value, moments[row] / 10) : value
      }
      if largest > 0.1 * last { inverse = nil }
      last = largest
    }
    return false
  }

  /// (1 − ∂found/∂assumed)⁻¹ in units of the moments.
  private func inverseOfDerivatives(_ units: [Double]) -> DenseMatrix? {
    let unknowns = units.count
    let count = modes.moments
    var matrix = DenseMatrix(identity: unknowns)
    for row in 0..<unknowns {
      for column in 0..<unknowns {
        let sum = laneSum(work.derivatives, row * unknowns + column) / Double(modes.momenta)
        let derivative = sum * modes.kernel.scales[row % count]
        matrix[row, column] -= derivative * units[column] / units[row]
      }
    }
    return matrix.solve(DenseMatrix(identity: unknowns))
  }

  private func laneSum(_ vectors: borrowing AlignedVector, _ index: Int) -> Double {
    vectors.pointer.vector(at: index * Vector.scalarCount).sum()
  }

  /// Takes all modes through a step with given moments, and sums those that its stages have.
  private func sweep(
    _ length: Double,
    _ moments: [Double],
    from origin: Int,
    to end: Int,
    differentiating: Bool
  ) {
    let count = modes.moments
    let unknowns = RadauMethod.stages * count
    let lanes = Vector.scalarCount
    let vacancies = modes.lambda.paddedCount
    let factors = (0..<unknowns).map { index in
      let weight = length * modes.rate * modes.kernel.couplings[index % count / 2]
      return weight / modes.kernel.scales[index % count]
    }
    let (inverse, stages) = (work.inverse.pointer, work.stages.pointer)
    let (found, derivatives) = (work.found.pointer, work.derivatives.pointer)
    found.update(repeating: 0, count: unknowns * lanes)
    if differentiating { derivatives.update(repeating: 0, count: unknowns * unknowns * lanes) }
    for mode in stride(from: 0, to: vacancies, by: lanes) {
      let n0 = state(origin).vector(at: mode)
      let h0 = state(origin).vector(at: vacancies + mode)
      inverse.update(from: work.differentiation.pointer, toLanes: 25)
      for stage in 0..<RadauMethod.stages {
        var gain = Vector.zero
        var loss = Vector.zero
        for r in 0..<count / 2 {
          let place = stage * count + 2 * r
          let g = modes.kernel.table(2 * r + 1, from: mode).vector(at: 0)
          let f = modes.kernel.table(2 * r, from: mode).vector(at: 0)
          gain = multiplyAdd(g, Vector(repeating: factors[place] * moments[place]), gain)
          loss = multiplyAdd(f, Vector(repeating: factors[place + 1] * moments[place + 1]), loss)
        }
        let diagonal = 6 * stage * lanes
        inverse.store(inverse.vector(at: diagonal) + (gain + loss), at: diagonal)
        stages.store(gain * h0 - loss * n0, at: stage * lanes)
      }
      invert(inverse)
      // z, then n + z and h − z.
      var change: FiveVectors = .init(repeating: .zero)
      for row in 0..<5 {
        var sum = Vector.zero
        for column in 0..<5 {
          let element = inverse.vector(at: (5 * row + column) * lanes)
          sum = multiplyAdd(element, stages.vector(at: column * lanes), sum)
        }
        change[row] = sum
      }
      for stage in 0..<5 {
        stages.store(n0 + change[stage], at: stage * lanes)
        stages.store(h0 - change[stage], at: (5 + stage) * lanes)
        for moment in 0..<count {
          let table = modes.kernel.table(moment, from: mode).vector(at: 0)
          let value = stages.vector(at: (moment % 2 * 5 + stage) * lanes)
          let place = (stage * count + moment) * lanes
          found.store(multiplyAdd(table, value, found.vector(at: place)), at: place)
        }
      }
      state(end).store(stages.vector(at: 4 * lanes), at: mode)
      state(end).store(stages.vector(at: 9 * lanes), at: vacancies + mode)
      if differentiating { differentiate(mode, factors) }
    }
  }

  /// Adds ∂found/∂assumed of eight modes, whose stages and M⁻¹ stand in `work`.
  private func differentiate(_ mode: Int, _ factors: [Double]) {
    let count = modes.moments
    let unknowns = RadauMethod.stages * count
    let lanes = Vector.scalarCount
    let (inverse, stages) = (work.inverse.pointer, work.stages.pointer)
    for column in 0..<unknowns {
      let (stage, moment) = (column / count, column % count)
      let isGain = moment % 2 == 0
      let table = modes.kernel.table(isGain ? moment + 1 : moment - 1, from: mode).vector(at: 0)
      let state = stages.vector(at: ((isGain ? 5 : 0) + stage) * lanes)
      let drive = table * state * (isGain ? factors[column] : -factors[column])
      for other in 0..<RadauMethod.stages {
        let response = inverse.vector(at: (5 * other + stage) * lanes) * drive
        for row in 0..<count {
          let place = ((other * count + row) * unknowns + column) * lanes
          let own = modes.kernel.table(row, from: mode).vector(at: 0)
          let term = row % 2 == 0 ? response : -response
          let sum = multiplyAdd(own, term, work.derivatives.pointer.vector(at: place))
          work.derivatives.pointer.store(sum, at: place)
        }
      }
    }
  }
}

extension UnsafeMutablePointer where Pointee == Double {
  /// Sets vectors of equal lanes.
  fileprivate func update(from values: UnsafePointer<Double>, toLanes count: Int) {
    for index in 0..<count {
      store(Vector(repeating: values[index]), at: index * Vector.scalarCount)
    }
  }
}

/// Replaces 5 × 5 matrices of eight modes by their inverses, by elimination without pivoting; see `StageSystem`.
private func invert(_ matrix: UnsafeMutablePointer<Double>) {
  func place(_ row: Int, _ column: Int) -> Int { (5 * row + column) * Vector.scalarCount }
  for pivot in 0..<5 {
    let scale: Vector = 1 / matrix.vector(at: place(pivot, pivot))
    matrix.store(Vector(repeating: 1), at: place(pivot, pivot))
    for column in 0..<5 {
      matrix.store(matrix.vector(at: place(pivot, column)) * scale, at: place(pivot, column))
    }
    for row in 0..<5 where row != pivot {
      let factor = matrix.vector(at: place(row, pivot))
      matrix.store(.zero, at: place(row, pivot))
      for column in 0..<5 {
        let value = matrix.vector(at: place(pivot, column))
        let old = matrix.vector(at: place(row, column))
        matrix.store(multiplyAdd(-factor, value, old), at: place(row, column))
      }
    }
  }
}
