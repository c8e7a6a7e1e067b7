import Numerics

/// A complex square matrix, row-major.
struct Matrix: Sendable {
  let size: Int
  var elements: [Complex<Double>]

  init(size: Int) {
    self.size = size
    elements = [Complex<Double>](repeating: .zero, count: size * size)
  }

  static func identity(_ size: Int) -> Matrix {
    var matrix = Matrix(size: size)
    for index in 0..<size { matrix[index, index] = .one }
    return matrix
  }

  subscript(row: Int, column: Int) -> Complex<Double> {
    get { elements[row * size + column] }
    set { elements[row * size + column] = newValue }
  }

  /// The conjugate transpose.
  var adjoint: Matrix {
    var result = Matrix(size: size)
    for row in 0..<size {
      for column in 0..<size { result[column, row] = self[row, column].conjugate }
    }
    return result
  }

  var trace: Complex<Double> { (0..<size).reduce(.zero) { $0 + self[$1, $1] } }

  /// The largest magnitude of an element.
  var largest: Double { elements.reduce(0) { max($0, $1.length) } }

  static func + (a: Matrix, b: Matrix) -> Matrix {
    var result = a
    for index in result.elements.indices { result.elements[index] += b.elements[index] }
    return result
  }

  static func - (a: Matrix, b: Matrix) -> Matrix { a + Complex(-1) * b }

  static func += (a: inout Matrix, b: Matrix) { a = a + b }

  static func * (factor: Complex<Double>, a: Matrix) -> Matrix {
    var result = a
    for index in result.elements.indices { result.elements[index] *= factor }
    return result
  }

  static func * (a: Matrix, b: Matrix) -> Matrix {
    var result = Matrix(size: a.size)
    for row in 0..<a.size {
      for middle in 0..<a.size where a[row, middle] != .zero {
        let factor = a[row, middle]
        for column in 0..<a.size { result[row, column] += factor * b[middle, column] }
      }
    }
    return result
  }
}

/// The Fock space of a few places, with fermion operators after Jordan and Wigner.
struct FockSpace: Sendable {
  /// The annihilation operator of each place.
  let annihilators: [Matrix]

  /// The dimension, 2^places.
  let dimension: Int

  init(places: Int) {
    let dimension = 1 << places
    annihilators = (0..<places).map { place in
      var matrix = Matrix(size: dimension)
      for state in 0..<dimension where state >> place & 1 == 1 {
        // The sign counts the particles at the places before.
        let before = (state & (1 << place - 1)).nonzeroBitCount
        matrix[state ^ 1 << place, state] = Complex(before % 2 == 0 ? 1 : -1)
      }
      return matrix
    }
    self.dimension = dimension
  }

  /// The dissipator L ρ L† − ½ {L†L, ρ}.
  static func dissipator(_ jump: Matrix, on density: Matrix) -> Matrix {
    let (adjoint, half) = (jump.adjoint, Complex(0.5))
    let product = adjoint * jump
    return jump * density * adjoint - half * (product * density + density * product)
  }
}
