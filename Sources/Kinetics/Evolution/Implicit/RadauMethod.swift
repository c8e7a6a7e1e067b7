import ComplexModule

/// The collocation method Radau IIA with five stages: order 9, L-stable, its last stage is the step's end.
///
/// With Z(x) the polynomial of degree 5 that is zero at the beginning x = 0 of a step of length h, the
/// equations of the stages are h λ̇(λ + Z(c_i)) = Z′(c_i) = Σ_j D_ij Z_j, where D = A⁻¹ is the differentiation
/// matrix of the nodes. D has one real eigenvalue and two pairs of complex ones; in their eigenvectors a
/// linear equation falls into one real and two complex problems of the size of λ.
///
/// Complex numbers x_e of those problems stand as five real ones: x_0, Re x_1, Im x_1, Re x_2, Im x_2.
///
/// E. Hairer and G. Wanner, J. Comput. Appl. Math. 111, 93 (1999).
package struct RadauMethod: Sendable {
  /// s = 5.
  package static let stages = 5

  /// The problems that linear algebra falls into: one real, two complex.
  package static let systems = 3

  /// c_i, the roots of P_5(2x − 1) − P_4(2x − 1), P_n the Legendre polynomials.
  package static let nodes = [
    0.05710419611451768219312119, 0.276843013638123827680046, 0.5835904323689168200566977,
    0.8602401356562194478479129, 1,
  ]

  /// The eigenvalues of D: the real one, and of each pair that with a positive imaginary part.
  package static let eigenvalues: [Complex<Double>] = [
    Complex(6.286704751729276645173153, 0),
    Complex(5.700953298671789419170215, 3.210265600308549888425011),
    Complex(3.655694325463572258243208, 6.543736899360077294021072),
  ]

  /// D_ij, row by row.
  package let differentiation: [Double]

  /// Σ_j d_j Z_j is Z′(0).
  package let initialSlope: [Double]

  /// The five real numbers of the problems from those of the stages, row by row.
  package let toSystems: [Double]

  /// The stages from the five real numbers of the problems, row by row.
  package let toStages: [Double]

  /// Computes the matrices from nodes and eigenvalues.
  package init() {
    let nodes = RadauMethod.nodes
    differentiation = nodes.flatMap(RadauMethod.slopes)
    initialSlope = RadauMethod.slopes(at: 0)

    // Eigenvectors as columns: first the real one, then those of the pairs and their conjugates.
    var values: [Complex<Double>] = []
    for value in RadauMethod.eigenvalues {
      values += value.imaginary == 0 ? [value] : [value, value.conjugate]
    }
    let columns = values.map(RadauMethod.eigenvector)
    var system = ComplexSystem(size: nodes.count)
    for row in nodes.indices {
      for column in nodes.indices { system[row, column] = columns[column][row] }
    }
    system.factor()
    var inverse: [[Complex<Double>]] = []
    for column in nodes.indices {
      var unit = [Complex<Double>](repeating: .zero, count: nodes.count)
      unit[column] = .one
      inverse.append(system.solution(unit))
    }
    // x_e = Σ_i (T⁻¹)_ei z_i, and z_i = T_i0 x_0 + 2 Re Σ_e T_ie x_e.
    let realRow = nodes.indices.map { inverse[$0][0].real }
    toSystems =
      realRow
      + [1, 3].flatMap { row in
        nodes.indices.map { inverse[$0][row].real }
          + nodes.indices.map { inverse[$0][row].imaginary }
      }
    toStages = nodes.indices.flatMap { row in
      [columns[0][row].real]
        + [1, 3].flatMap { [2 * columns[$0][row].real, -2 * columns[$0][row].imaginary] }
    }
  }

  /// ℓ_j(x) of the Lagrange polynomials that are 1 at c_j, and 0 at 0 and the other nodes:
  /// Z(x) = Σ_j ℓ_j(x) Z_j.
  package static func weight(_ j: Int, at x: Double) -> Double {
    var product = x / nodes[j]
    for k in nodes.indices where k != j { product *= (x - nodes[k]) / (nodes[j] - nodes[k]) }
    return product
  }

  /// ℓ_j′(x).
  private static func slopes(at x: Double) -> [Double] {
    let all = [0] + nodes
    return (1..<all.count).map { j in
      var sum = 0.0
      for left in all.indices where left != j {
        var product = 1 / (all[j] - all[left])
        for k in all.indices where k != j && k != left {
          product *= (x - all[k]) / (all[j] - all[k])
        }
        sum += product
      }
      return sum
    }
  }

  /// u(c_i) of the polynomial with u(0) = 0 and u′ = μ u at the nodes, scaled to u(1) = 1.
  ///
  /// u′ − μ u is a multiple of Π(x − c_i) = Σ m_k x^k, so that μ u_k = (k + 1) u_k+1 − m_k from the top.
  private static func eigenvector(_ value: Complex<Double>) -> [Complex<Double>] {
    var product = [1.0]
    for node in nodes {
      var next = [Double](repeating: 0, count: product.count + 1)
      for (power, coefficient) in product.enumerated() {
        next[power + 1] += coefficient
        next[power] -= node * coefficient
      }
      product = next
    }
    var coefficients = [Complex<Double>](repeating: .zero, count: product.count + 1)
    for power in product.indices.reversed() {
      let above = coefficients[power + 1] * Complex(Double(power + 1))
      coefficients[power] = (above - Complex(product[power])) / value
    }
    coefficients[0] = .zero
    let values = nodes.map { node in
      coefficients.reversed().reduce(Complex<Double>.zero) { $0 * Complex(node) + $1 }
    }
    return values.map { $0 / values[values.count - 1] }
  }
}
