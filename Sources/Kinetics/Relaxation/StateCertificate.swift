import Communication
import VectorMath

/// A state over the owned modes, judged by the rates of all modes.
struct StateCertificate: ~Copyable {
  /// |(D − U Vᵀ − μ) x|/(|μ| |x|).
  private(set) var residual = Double.infinity

  /// The same with each row divided by the larger of its own d and |μ|, instead of all by |μ|: what
  /// rounding leaves in fast rows does not count against slow states that hardly touch them.
  private(set) var gradedResidual = Double.infinity

  /// Where the state is.
  private(set) var shape = RelaxationState(participation: 0, peak: 0)

  private let real: AlignedVector
  private let imaginary: AlignedVector

  /// Judges a state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - state: The eigenvalue and its state, the same on all ranks.
  ///   - listed: The modes that the state lists.
  ///   - matrix: The matrix.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  /// - Complexity: three passes over the 4R tables, four Allreduces.
  init(
    of state: ReducedSpectrum.Eigenstate,
    listed: [Int],
    _ matrix: borrowing RelaxationMatrix,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    real = AlignedVector(count: matrix.rates.count, block: ScaledKernel.tile)
    imaginary = AlignedVector(count: matrix.rates.count, block: ScaledKernel.tile)
    expand(state, listed, matrix)

    // Length 1 at the largest mode, but for a power of two
    let size = try communicator.maximum(largest(real, imaginary))
    guard size > 0, size < .infinity else { return }
    let unit = Double(sign: .plus, exponent: -Int(size.exponent) - 1, significand: 1)
    for mode in 0..<real.count {
      real[mode] *= unit
      imaginary[mode] *= unit
    }
    let squares = try sumSquares(over: communicator)
    shape.participation = squares.second * squares.second / squares.fourth
    shape.peak = try peak(matrix, over: communicator)

    // (D − μ) x − U (Vᵀ x)
    let moments = try self.moments(matrix, over: communicator)
    subtract(moments, state, matrix)
    let rate = (state.real * state.real + state.imaginary * state.imaginary).squareRoot()
    let length = squares.second.squareRoot()
    residual = try norm(over: communicator) / (rate * length)
    for mode in 0..<real.count {
      real[mode] /= max(matrix.rates[mode], rate)
      imaginary[mode] /= max(matrix.rates[mode], rate)
    }
    gradedResidual = try norm(over: communicator) / length
  }

  /// |x|; infinite if something is not finite.
  ///
  /// Collective.
  private func norm(over communicator: some Communicator) throws(CommunicationError) -> Double {
    let size = try communicator.maximum(largest(real, imaginary))
    guard size > 0, size.isFinite else { return size }
    let scale = Double(sign: .plus, exponent: Int(size.exponent) + 1, significand: 1)
    for mode in 0..<real.count {
      real[mode] /= scale
      imaginary[mode] /= scale
    }
    defer {
      for mode in 0..<real.count {
        real[mode] *= scale
        imaginary[mode] *= scale
      }
    }
    return try sumSquares(over: communicator).second.squareRoot() * scale
  }

  /// x_m = u_m·c/(d_m − μ), and what is listed.
  private func expand(
    _ state: ReducedSpectrum.Eigenstate,
    _ listed: [Int],
    _ matrix: borrowing RelaxationMatrix
  ) {
    let width = matrix.width
    for mode in 0..<real.count where matrix.rates[mode] > 0 {
      var (a, b) = (0.0, 0.0)
      for column in 0..<width {
        a += matrix.left(column)[mode] * state.coefficients[column]
        b += matrix.left(column)[mode] * state.coefficients[width + column]
      }
      // 1/(d − μ) = (d − re + i im)/|d − μ|²
      let distance = matrix.rates[mode] - state.real
      let square = distance * distance + state.imaginary * state.imaginary
      guard square > 0 else { continue }
      real[mode] = (a * distance - b * state.imaginary) / square
      imaginary[mode] = (a * state.imaginary + b * distance) / square
    }
    let owned = matrix.partition.owned
    for (place, mode) in listed.enumerated() where owned.contains(mode) {
      guard !state.listed[place].isNaN else { continue }
      real[mode - owned.lowerBound] = state.listed[place]
      imaginary[mode - owned.lowerBound] = state.listed[listed.count + place]
    }
  }

  /// The largest magnitude of a part; infinite if one is not finite.
  private func largest(
    _ first: borrowing AlignedVector,
    _ second: borrowing AlignedVector
  ) -> Double {
    var largest = 0.0
    for mode in 0..<first.count {
      let size = max(abs(first[mode]), abs(second[mode]))
      largest = size.isFinite ? max(largest, size) : .infinity
    }
    return largest
  }

  /// Σ |x|² and Σ |x|⁴.
  ///
  /// Collective.
  private func sumSquares(
    over communicator: some Communicator
  ) throws(CommunicationError) -> (second: Double, fourth: Double) {
    var sums = TileSums(count: 2, depth: 2)
    let squares = AlignedVector(count: 2 * ScaledKernel.tile)
    for index in 0..<ScaledKernel.tile { squares[ScaledKernel.tile + index] = 1 }
    for start in stride(from: 0, to: real.paddedCount, by: ScaledKernel.tile) {
      for index in 0..<ScaledKernel.tile {
        let (x, y) = (real[start + index], imaginary[start + index])
        squares[index] = (x * x + y * y) / 4
      }
      let ones = squares.pointer + ScaledKernel.tile
      sums.add(0, squares.pointer, ones, count: ScaledKernel.tile)
      sums.add(1, squares.pointer, squares.pointer, count: ScaledKernel.tile)
      sums.endTile()
    }
    try sums.reduce(over: communicator)
    return (4 * sums.value(0), 16 * sums.value(1))
  }

  /// The first mode with the largest |x|².
  ///
  /// Collective.
  private func peak(
    _ matrix: borrowing RelaxationMatrix,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Int {
    var best = -1.0
    var place = Int64.min
    for mode in 0..<real.count {
      let square = real[mode] * real[mode] + imaginary[mode] * imaginary[mode]
      if square > best {
        (best, place) = (square, -Int64(matrix.partition.owned.lowerBound + mode))
      }
    }
    let all = try communicator.maximum(best)
    let first = try communicator.maximum(best == all ? place : Int64.min)
    return Int(-first)
  }

  /// Vᵀ x, real parts, then imaginary parts.
  ///
  /// Collective.
  private func moments(
    _ matrix: borrowing RelaxationMatrix,
    over communicator: some Communicator
  ) throws(CommunicationError) -> [Double] {
    let (width, tile) = (matrix.width, ScaledKernel.tile)
    var extremes = [Double](repeating: 0, count: width)
    for column in 0..<width {
      for mode in 0..<real.count {
        extremes[column] = max(extremes[column], abs(matrix.right(column)[mode]))
      }
    }
    var span = extremes.mutableSpan
    try communicator.maximum(&span)
    let scales = extremes.map { value in
      Double(sign: .plus, exponent: value > 0 ? Int(value.exponent) + 1 : 0, significand: 1)
    }
    var sums = TileSums(count: 2 * width, depth: 3)
    let scaled = AlignedVector(count: tile)
    for start in stride(from: 0, to: real.paddedCount, by: tile) {
      for column in 0..<width {
        let table = matrix.right(column) + start
        for index in 0..<tile { scaled[index] = table[index] / scales[column] }
        sums.add(column, scaled.pointer, real.pointer + start, count: tile)
        sums.add(width + column, scaled.pointer, imaginary.pointer + start, count: tile)
      }
      sums.endTile()
    }
    try sums.reduce(over: communicator)
    return (0..<2 * width).map { sums.value($0) * scales[$0 % width] }
  }

  /// Replaces x by (D − μ) x − U c.
  private func subtract(
    _ moments: [Double],
    _ state: ReducedSpectrum.Eigenstate,
    _ matrix: borrowing RelaxationMatrix
  ) {
    let width = matrix.width
    for mode in 0..<real.count {
      let distance = matrix.rates[mode] - state.real
      let (x, y) = (real[mode], imaginary[mode])
      var a = distance * x + state.imaginary * y
      var b = distance * y - state.imaginary * x
      for column in 0..<width {
        a -= matrix.left(column)[mode] * moments[column]
        b -= matrix.left(column)[mode] * moments[width + column]
      }
      real[mode] = a
      imaginary[mode] = b
    }
  }
}
