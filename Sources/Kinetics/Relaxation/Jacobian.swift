import Dissipation
import VectorMath

/// Minus the Jacobian of ṅ in units of εJ, over all modes that have a rate, on one rank.
package struct Jacobian {
  /// The modes, by in + out, largest first.
  package let modes: [Int]

  /// −∂ṅ_q/∂n_k/(εJ) for rows q and columns k, scaled by √(n h): element times √(χ_k/χ_q).
  package let matrix: DenseMatrix

  /// √(n h) of the modes.
  private let scales: [Double]

  /// The number of modes without any rate.
  private let idleModes: Int

  /// in + out of the modes.
  private let rates: [Double]

  /// Builds the matrix from its definition.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over all modes.
  ///   - lambda: λ of all modes.
  ///   - momenta: N.
  /// - Complexity: O(R M²).
  package init(of kernel: RateKernel, at lambda: [Double], momenta: Int) {
    let occupied = lambda.map { occupations($0) }
    let perCell = 1 / Double(momenta)
    var rates = [Double](repeating: 0, count: lambda.count)
    for q in lambda.indices {
      var sum = 0.0
      for k in lambda.indices {
        sum += kernel.rate(from: k, to: q) * occupied[k].occupation
        sum += kernel.rate(from: q, to: k) * occupied[k].vacancy
      }
      rates[q] = sum * perCell
    }
    let order = rates.indices.filter { rates[$0] > 0 }
      .sorted { (rates[$1], $0) < (rates[$0], $1) }
    let roots = order.map { (occupied[$0].occupation * occupied[$0].vacancy).squareRoot() }
    var matrix = DenseMatrix(rows: order.count, columns: order.count)
    for (row, q) in order.enumerated() {
      for (column, k) in order.enumerated() {
        let toward = kernel.rate(from: k, to: q) * occupied[q].vacancy
        let away = kernel.rate(from: q, to: k) * occupied[q].occupation
        matrix[row, column] = -(toward + away) * perCell * (roots[column] / roots[row])
      }
      matrix[row, row] += rates[q]
    }
    self.matrix = matrix
    modes = order
    scales = roots
    idleModes = lambda.count - order.count
    self.rates = order.map { rates[$0] }
  }

  /// The eigenvalues, but for those of conserved quantities.
  ///
  /// LAPACK's errors are relative to the largest rate. Where rates differ by more than 10⁴, the smaller ones
  /// come from the inverse of the matrix (shifted by the smallest in + out), whose errors are relative to them. Where
  /// rates differ by so much that neither finds all of them, there is no spectrum.
  ///
  /// - Parameter count: How many of the slowest are wanted.
  /// - Returns: The rates, slowest first.
  /// - Throws: `NumericalError.spectrum` if LAPACK fails, or a state is none, see `StateCertificate.gradedResidual`.
  package func spectrum(_ count: Int) throws(NumericalError) -> RelaxationSpectrum {
    let failure = NumericalError.spectrum("LAPACK found no eigenvalues")
    var spectrum = RelaxationSpectrum()
    spectrum.idleModes = idleModes
    guard let smallest = rates.last else { return spectrum }
    guard let direct = Eigensystem(of: matrix) else { throw failure }
    var pairs = direct.indices.map { (system: direct, index: $0) }
    if matrix.largest > 1e4 * smallest {
      guard let inverse = Eigensystem(of: matrix, shiftedBy: smallest) else { throw failure }
      let bound = (matrix.largest * smallest).squareRoot()
      let slow = inverse.indices.prefix { inverse.size(of: $0) < bound }
      pairs = slow.map { (inverse, $0) } + pairs.dropFirst(slow.count)
    }
    let zeros = pairs.prefix { $0.system.size(of: $0.index) <= ReducedSpectrum.zero * smallest }
    spectrum.conservedQuantities = max(1, zeros.count)
    pairs.removeFirst(spectrum.conservedQuantities)
    func order(_ pair: (system: Eigensystem, index: Int)) -> (Double, Double, Double) {
      let (real, imaginary) = (pair.system.real[pair.index], pair.system.imaginary[pair.index])
      return (real, abs(imaginary), -imaginary)
    }
    pairs.sort { order($0) < order($1) }
    pairs = Array(pairs.prefix(count))
    for (system, index) in pairs {
      let residual = system.residual(of: index, rates)
      try RelaxationSpectrum.require(system.real[index], residual: residual)
    }
    spectrum.rates = pairs.map { system, index in
      RelaxationRate(
        real: system.real[index],
        imaginary: system.imaginary[index],
        residual: system.residual(of: index)
      )
    }
    spectrum.slowest = pairs.first.map { shape($0.system.vector(of: $0.index)) }
    return spectrum
  }

  /// Where δn of a vector is.
  private func shape(_ vector: (real: [Double], imaginary: [Double])) -> RelaxationState {
    var (second, fourth, largest, peak) = (0.0, 0.0, 0.0, 0)
    for row in modes.indices {
      let (x, y) = (vector.real[row] * scales[row], vector.imaginary[row] * scales[row])
      let square = x * x + y * y
      second += square
      fourth += square * square
      if square > largest || square == largest && modes[row] < peak {
        (largest, peak) = (square, modes[row])
      }
    }
    return RelaxationState(participation: second * second / fourth, peak: peak)
  }
}

/// The eigenvalues of a matrix, smallest magnitude first, with their vectors.
private struct Eigensystem {
  let real: [Double]
  let imaginary: [Double]

  /// The column where the vector of each begins.
  private let columns: [Int]
  private let vectors: DenseMatrix
  private let images: DenseMatrix

  /// Diagonalises a matrix A, or for a shift s the inverse of A + s.
  init?(of matrix: DenseMatrix, shiftedBy shift: Double? = nil) {
    var operand = matrix
    if let shift {
      for index in 0..<matrix.rows { operand[index, index] += shift }
      guard let inverse = operand.solve(DenseMatrix(identity: matrix.rows)) else { return nil }
      operand = inverse
    }
    guard var (real, imaginary, vectors) = operand.eigensystem() else { return nil }
    // Of a pair, +imaginary first, both have the vector of the first; 1/(a + ib) turns the sign.
    let columns = imaginary.indices.map { imaginary[$0] < 0 ? $0 - 1 : $0 }
    if let shift {
      for index in real.indices {
        let square = real[index] * real[index] + imaginary[index] * imaginary[index]
        real[index] = real[index] / square - shift
        imaginary[index] = imaginary[index] == 0 ? 0 : -imaginary[index] / square
      }
      for row in 0..<vectors.rows {
        for index in columns.indices where columns[index] != index { vectors[row, index] *= -1 }
      }
    }
    let sizes = zip(real, imaginary).map { abs($0) + abs($1) }
    let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    self.real = order.map { real[$0] }
    self.imaginary = order.map { imaginary[$0] }
    self.columns = order.map { columns[$0] }
    self.vectors = vectors
    images = matrix * vectors
  }

  var indices: Range<Int> { real.indices }

  /// |re| + |im|.
  func size(of index: Int) -> Double { abs(real[index]) + abs(imaginary[index]) }

  /// The vector of an eigenvalue, or of its conjugate.
  func vector(of index: Int) -> (real: [Double], imaginary: [Double]) {
    let column = columns[index]
    return (
      (0..<vectors.rows).map { vectors[$0, column] },
      (0..<vectors.rows).map { imaginary[index] == 0 ? 0 : vectors[$0, column + 1] }
    )
  }

  /// |A v − μ v|/(|μ| |v|).
  func residual(of index: Int) -> Double {
    residual(of: index, [Double](repeating: 0, count: vectors.rows))
  }

  /// The same with each row divided by the larger of |μ| and a rate of its own.
  func residual(of index: Int, _ rates: [Double]) -> Double {
    let (column, isReal) = (columns[index], imaginary[index] == 0)
    // The vector belongs to +|im|.
    let (a, b) = (real[index], abs(imaginary[index]))
    let size = (a * a + b * b).squareRoot()
    var (deviation, length) = (0.0, 0.0)
    for row in 0..<vectors.rows {
      let x = vectors[row, column]
      let y = isReal ? 0 : vectors[row, column + 1]
      let first = images[row, column] - (a * x - b * y)
      let second = isReal ? 0 : images[row, column + 1] - (a * y + b * x)
      let unit = max(size, rates[row])
      deviation += (first * first + second * second) / (unit * unit)
      length += x * x + y * y
    }
    return (deviation / length).squareRoot()
  }
}
