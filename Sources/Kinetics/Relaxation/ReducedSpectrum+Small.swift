extension ReducedSpectrum {
  /// The small matrix D − U Vᵀ whose secular function is the sum of some terms.
  struct Small {
    /// D, U and V, the terms of small rates first.
    private let rates: [Double]
    private let left: DenseMatrix
    private let right: DenseMatrix

    /// The number of terms of small rates.
    private let near: Int

    private var width: Int { left.columns }

    init(near: [RateNode], far: [RateNode], width: Int) {
      let nodes = near + far
      rates = nodes.map(\.rate)
      left = DenseMatrix(nodes.map(\.left), columns: width)
      right = DenseMatrix(nodes.map(\.right), columns: width)
      self.near = near.count
    }

    /// The eigenvalues up to a bound with their states.
    ///
    /// - Parameters:
    ///   - bound: The bound.
    ///   - shift: σ, a negative number.
    ///   - function: The secular function, for the places of its modes.
    ///   - listed: The number of modes that a state lists, first those of small rates.
    /// - Returns: `nil` if LAPACK fails.
    func states(
      below bound: Double,
      shift: Double,
      _ function: SecularFunction,
      listed: Int
    ) -> [Eigenstate]? {
      let inverse = rates.map { 1 / ($0 - shift) }
      let weighted = left.scalingRows(by: inverse)
      let secular = DenseMatrix(identity: width) - right.transposed * weighted
      guard let inner = secular.solve(right.scalingRows(by: inverse).transposed) else { return nil }
      var matrix = weighted * inner
      for index in rates.indices { matrix[index, index] += inverse[index] }
      guard let (real, imaginary, vectors) = matrix.eigensystem() else { return nil }

      var states: [Eigenstate] = []
      for index in real.indices {
        let (a, b) = (real[index], imaginary[index])
        let square = a * a + b * b
        guard square > 0, shift + a / square <= bound else { continue }
        // Of a pair the first has the vector (first + i second), the other its conjugate.
        let first = b < 0 ? index - 1 : index
        let sign = b == 0 ? 0.0 : b > 0 ? 1 : -1
        let x = rates.indices.map { vectors[$0, first] }
        let y = rates.indices.map { sign == 0 ? 0 : sign * vectors[$0, first + 1] }
        let single = function.near.count
        let rest = [Double](repeating: .nan, count: listed - single)
        var state = Eigenstate(
          real: shift + a / square,
          imaginary: b == 0 ? 0 : -b / square,
          coefficients: [],
          listed: Array(x.prefix(single)) + rest + Array(y.prefix(single)) + rest
        )
        state.coefficients = coefficients(of: state, x, y)
        states.append(state)
      }
      return states
    }

    /// c = Vᵀ x, with x = (d − μ)⁻¹ u·c for the terms of large rates: (1 − T(μ)) c = Σ_near v x.
    ///
    /// Where rates lie densely c is small beside the terms of the sum Vᵀ x over all, in which it drowns.
    private func coefficients(of state: Eigenstate, _ x: [Double], _ y: [Double]) -> [Double] {
      var system = DenseMatrix(identity: 2 * width)
      var sums = DenseMatrix(rows: 2 * width, columns: 1)
      var plain = [Double](repeating: 0, count: 2 * width)
      for index in rates.indices {
        for row in 0..<width {
          plain[row] += right[index, row] * x[index]
          plain[width + row] += right[index, row] * y[index]
        }
        if index == near - 1 { sums.elements = plain }
        guard index >= near else { continue }
        // 1/(d − μ) = (d − re + i im)/|d − μ|²
        let distance = rates[index] - state.real
        let square = distance * distance + state.imaginary * state.imaginary
        let (real, imaginary) = (distance / square, state.imaginary / square)
        for row in 0..<width {
          for column in 0..<width {
            let product = right[index, row] * left[index, column]
            system[row, column] -= product * real
            system[width + row, width + column] -= product * real
            system[row, width + column] += product * imaginary
            system[width + row, column] -= product * imaginary
          }
        }
      }
      return system.solve(sums)?.elements ?? plain
    }
  }
}
