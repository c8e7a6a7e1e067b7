import VectorMath

extension MomentPass {
  /// n and h of a tile from the moments.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - idle: What modes without rates keep.
  ///   - start: The first mode.
  ///   - count: Modes, whole vectors.
  func tabulateOccupations(
    _ kernel: borrowing ScaledKernel,
    _ idle: borrowing IdleModes,
    _ start: Int,
    _ count: Int
  ) {
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = rates(kernel, start + index)
      let negative = (gain .< Vector.zero) .| (loss .< Vector.zero)
      let total = gain + loss
      let isIdle = total .== Vector.zero
      var inverse = 1 / total
      var n = gain * inverse
      var h = loss * inverse
      // The padding has no rates and no occupation, and is no mode.
      if any(isIdle) {
        let kept = idle.occupations(at: work.offset + start + index)
        n = n.replacing(with: kept.occupation, where: isIdle)
        h = h.replacing(with: kept.vacancy, where: isIdle)
        inverse = inverse.replacing(with: 0, where: isIdle)
      }
      column(0).store(n.replacing(with: .nan, where: negative), at: index)
      column(1).store(h, at: index)
      guard work.extent != .moments else { continue }
      // χ/in = h/(in + out) and χ/out = n/(in + out); both vanish where there is no rate.
      column(2).store(h * inverse, at: index)
      column(3).store(n * inverse, at: index)
    }
  }

  /// n of a tile, less 1 where it is above 1/2; such modes are counted.
  mutating func tabulateSurplus(_ count: Int) {
    var filled = SIMD8<Int64>.zero
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (n, h) = (column(0).vector(at: index), column(1).vector(at: index))
      let (value, isFilled) = signedOccupation(n, h)
      filled &+= SIMD8<Int64>.zero.replacing(with: 1, where: isFilled)
      surplusColumn.store(value, at: index)
    }
    work.filled += filled.wrappedSum()
  }

  /// λ of a tile, and n and h from that λ alone; its residual and its digest.
  ///
  /// - Parameters:
  ///   - state: λ is written there, or read.
  ///   - kernel: The kernel.
  ///   - idle: What modes without rates keep.
  ///   - start: The first mode.
  ///   - count: Modes, whole vectors.
  mutating func tabulate(
    _ state: StateVector,
    _ kernel: borrowing ScaledKernel,
    _ idle: borrowing IdleModes,
    _ start: Int,
    _ count: Int
  ) {
    let place = work.offset + start
    let target = state.pointer(at: place, tabulated: start)
    // Short loops, whose constants fit into the registers.
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = rates(kernel, start + index)
      column(2).store(gain, at: index)
      column(3).store(loss, at: index)
    }
    if !state.isGiven { writeLambda(to: target, idle, place, count) }
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let value = exponential(target.vector(at: index))
      let n = 1 / (1 + value)
      column(0).store(n, at: index)
      column(1).store(value * n, at: index)
      column(4).store(value, at: index)
    }
    scanTile(place, count)
    // The padding has no occupation, and is no mode.
    for index in stride(from: idle.count - place, to: count, by: 1) { column(0)[index] = 0 }
    digest.add(target, count: min(count, idle.count - place), first: state.first + place)
  }

  private func writeLambda(
    to target: UnsafeMutablePointer<Double>,
    _ idle: borrowing IdleModes,
    _ place: Int,
    _ count: Int
  ) {
    var haveRates = Vector.zero .== Vector.zero
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = (column(2).vector(at: index), column(3).vector(at: index))
      haveRates = haveRates .& haveLogarithm(loss, over: gain)
      target.store(logarithm(of: loss, over: gain), at: index)
    }
    if all(haveRates) { return }
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = (column(2).vector(at: index), column(3).vector(at: index))
      let negative = (gain .< Vector.zero) .| (loss .< Vector.zero)
      let isIdle = (gain .== Vector.zero) .& (loss .== Vector.zero)
      let other = logarithm(loss / gain).replacing(with: .nan, where: negative)
        .replacing(with: idle.lambda(at: place + index), where: isIdle)
      let lambda = target.vector(at: index)
      target.store(other.replacing(with: lambda, where: haveLogarithm(loss, over: gain)), at: index)
    }
  }

  private mutating func scanTile(_ place: Int, _ count: Int) {
    var scan = scan
    let bound = Vector(repeating: scan.bound)
    var areBelow = Vector.zero .== Vector.zero
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = (column(2).vector(at: index), column(3).vector(at: index))
      let value = column(4).vector(at: index)
      areBelow = areBelow .& ImbalanceScan.isBelow(bound, value, gain: gain, loss: loss)
    }
    if all(areBelow) { return }
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let (gain, loss) = (column(2).vector(at: index), column(3).vector(at: index))
      scan.take(column(4).vector(at: index), gain: gain, loss: loss, at: place + index)
    }
    self.scan = scan
  }

  /// The columns P_s, Q_s and c of a tile.
  func tabulateDerivatives(
    _ kernel: borrowing ScaledKernel,
    _ start: Int,
    _ count: Int
  ) {
    for row in 0..<2 * channels {
      // P_s has the table g_s and h/(in + out), Q_s the table f_s and n/(in + out).
      let table = kernel.table(row % 2 == 0 ? row + 1 : row - 1, from: start)
      let factor = kernel.couplings[row / 2] * work.point.derivative(row) / scales[row]
      multiply(table, column(2 + row % 2), factor, into: column(4 + row), count)
    }
    if work.extent == .response, !work.combinesResponse {
      tabulateResponse(kernel, start, count)
    }
  }

  private func tabulateResponse(
    _ kernel: borrowing ScaledKernel,
    _ start: Int,
    _ count: Int
  ) {
    let target = column(4 + 2 * channels)
    let unit = 1 / scales[2 * channels]
    switch work.response {
    case .table(let table):
      multiply(table + start, one(), unit, into: target, count)
    case .couplings(let changes):
      for index in stride(from: 0, to: count, by: Vector.scalarCount) {
        var gain = Vector.zero
        var loss = Vector.zero
        for r in 0..<channels {
          let f = kernel.table(2 * r, from: start).vector(at: index)
          let g = kernel.table(2 * r + 1, from: start).vector(at: index)
          let (a, b) = (work.point.moments[2 * r], work.point.moments[2 * r + 1])
          gain = multiplyAdd(g, Vector(repeating: changes[r] * a * unit), gain)
          loss = multiplyAdd(f, Vector(repeating: changes[r] * b * unit), loss)
        }
        let perGain = column(2).vector(at: index)
        let perLoss = column(3).vector(at: index)
        target.store(perGain * gain - perLoss * loss, at: index)
      }
    }
  }

  /// in and out of eight modes.
  @inline(__always)
  private func rates(
    _ kernel: borrowing ScaledKernel,
    _ index: Int
  ) -> (gain: Vector, loss: Vector) {
    var gain = Vector.zero
    var loss = Vector.zero
    var source = kernel.table(0, from: index)
    var coefficient = coefficients.pointer
    for _ in 0..<channels {
      let (f, g) = (source.vector(at: 0), source.vector(at: kernel.stride))
      gain = multiplyAdd(g, Vector(repeating: coefficient[0]), gain)
      loss = multiplyAdd(f, Vector(repeating: coefficient[1]), loss)
      source += 2 &* kernel.stride
      coefficient += 2
    }
    return (gain, loss)
  }

  private func multiply(
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    _ factor: Double,
    into target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    let factor = Vector(repeating: factor)
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      target.store(a.vector(at: index) * factor * b.vector(at: index), at: index)
    }
  }
}
