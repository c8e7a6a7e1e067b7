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

  /// The smallest in + out.
  private let smallest: Double

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
    smallest = order.last.map { rates[$0] } ?? 0
  }

  /// All eigenvalues, but for those of conserved quantities.
  ///
  /// - Returns: `nil` if LAPACK fails.
  func spectrum() -> RelaxationSpectrum? {
    var spectrum = RelaxationSpectrum()
    spectrum.idleModes = idleModes
    guard !modes.isEmpty else { return spectrum }
    guard let (real, imaginary, vectors) = matrix.eigensystem() else { return nil }
    let images = matrix * vectors
    var order = Array(real.indices)
    order.sort { abs(real[$0]) + abs(imaginary[$0]) < abs(real[$1]) + abs(imaginary[$1]) }
    let zeros = order.prefix {
      abs(real[$0]) + abs(imaginary[$0]) <= ReducedSpectrum.zero * smallest
    }
    spectrum.conservedQuantities = max(1, zeros.count)
    order.removeFirst(spectrum.conservedQuantities)
    order.sort {
      (real[$0], abs(imaginary[$0]), -imaginary[$0]) < (
        real[$1], abs(imaginary[$1]), -imaginary[$1]
      )
    }
    spectrum.rates = order.map { index in
      let first = imaginary[index] < 0 ? index - 1 : index
      return RelaxationRate(
        real: real[index],
        imaginary: imaginary[index],
        residual: residual(first, real[first], imaginary[first], vectors, images)
      )
    }
    if let index = order.first {
      spectrum.slowest = shape(imaginary[index] < 0 ? index - 1 : index, imaginary[index], vectors)
    }
    return spectrum
  }

  /// |A v − μ v|/(|μ| |v|) of the vector that begins in a column.
  private func residual(
    _ column: Int,
    _ real: Double,
    _ imaginary: Double,
    _ vectors: DenseMatrix,
    _ images: DenseMatrix
  ) -> Double {
    var (deviation, length) = (0.0, 0.0)
    for row in modes.indices {
      let x = vectors[row, column]
      let y = imaginary == 0 ? 0 : vectors[row, column + 1]
      let a = images[row, column] - (real * x - imaginary * y)
      let b = imaginary == 0 ? 0 : images[row, column + 1] - (real * y + imaginary * x)
      deviation += a * a + b * b
      length += x * x + y * y
    }
    return (deviation / length).squareRoot() / (real * real + imaginary * imaginary).squareRoot()
  }

  /// Where δn of the vector that begins in a column is.
  private func shape(
    _ column: Int,
    _ imaginary: Double,
    _ vectors: DenseMatrix
  ) -> RelaxationState {
    var (second, fourth, largest, peak) = (0.0, 0.0, 0.0, 0)
    for row in modes.indices {
      let x = vectors[row, column] * scales[row]
      let y = imaginary == 0 ? 0 : vectors[row, column + 1] * scales[row]
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
