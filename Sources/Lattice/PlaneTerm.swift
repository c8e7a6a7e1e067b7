import VectorMath

/// A term a Re e^{−ik·r} + b Im e^{−ik·r} of a plane.
struct PlaneTerm {
  let phase: PhasePlane
  let real: Double
  let imaginary: Double

  init(_ real: Double, _ imaginary: Double, _ phase: PhasePlane) {
    self.phase = phase
    self.real = real
    self.imaginary = imaginary * phase.sign
  }

  @inline(__always)
  func value(at index: Int) -> Vector {
    real * phase.cosines.vector(at: index) + imaginary * phase.sines.vector(at: index)
  }
}

extension BlochHamiltonian {
  /// The terms of H and of its gradient, in the order of `BlochPlanes`.
  ///
  /// - Parameter phase: e^{−ik·r} of a hopping, by its place.
  /// - Returns: Lists of terms, one for each plane.
  func planeTerms(
    _ phase: (Int) -> PhasePlane
  ) -> (matrix: [[PlaneTerm]], gradient: [[PlaneTerm]]) {
    let size = orbitals.count
    var matrix = [[PlaneTerm]](repeating: [], count: 2 * size * size)
    var gradient = [[PlaneTerm]](repeating: [], count: dimension * matrix.count)
    for (place, hopping) in hoppings.enumerated() {
      for (plane, term) in hopping.terms(size, phase(place)) { matrix[plane].append(term) }
      for (direction, cells) in hopping.by.enumerated() where cells != 0 {
        for (plane, term) in hopping.gradientTerms(size, direction, Double(cells), phase(place)) {
          gradient[plane].append(term)
        }
      }
    }
    if size == 1 {
      matrix.removeLast()
      gradient = stride(from: 0, to: gradient.count, by: 2).map { gradient[$0] }
    }
    return (matrix, gradient)
  }
}

extension Hopping {
  /// What the term and its Hermitian conjugate add to H, by planes.
  fileprivate func terms(_ size: Int, _ phase: PhasePlane) -> [(Int, PlaneTerm)] {
    let (x, y) = (amplitude.real, amplitude.imaginary)
    let (row, column) = (2 * (to * size + from), 2 * (from * size + to))
    if isOnSite { return [(row, PlaneTerm(x, -y, phase))] }
    return terms(row, (x, -y), (y, x), column, (x, -y), (-y, -x), phase)
  }

  /// What they add to ∂H/∂k_c, with r_c cells.
  fileprivate func gradientTerms(
    _ size: Int,
    _ direction: Int,
    _ r: Double,
    _ phase: PhasePlane
  ) -> [(Int, PlaneTerm)] {
    let (x, y) = (r * amplitude.real, r * amplitude.imaginary)
    let row = 2 * ((direction * size + to) * size + from)
    let column = 2 * ((direction * size + from) * size + to)
    return terms(row, (y, x), (-x, y), column, (y, x), (x, -y), phase)
  }

  /// Real and imaginary parts of an element and of its conjugate; on the diagonal the imaginary parts cancel.
  private func terms(
    _ row: Int,
    _ real: (Double, Double),
    _ imaginary: (Double, Double),
    _ column: Int,
    _ otherReal: (Double, Double),
    _ otherImaginary: (Double, Double),
    _ phase: PhasePlane
  ) -> [(Int, PlaneTerm)] {
    if row == column { return [(row, PlaneTerm(2 * real.0, 2 * real.1, phase))] }
    return [
      (row, PlaneTerm(real.0, real.1, phase)),
      (row + 1, PlaneTerm(imaginary.0, imaginary.1, phase)),
      (column, PlaneTerm(otherReal.0, otherReal.1, phase)),
      (column + 1, PlaneTerm(otherImaginary.0, otherImaginary.1, phase)),
    ]
  }
}

/// Writes the sum of some terms, in their order; zeros where there are none.
func writeSum(
  of terms: [PlaneTerm],
  to target: UnsafeMutablePointer<Double>,
  count: Int
) {
  guard let first = terms.first else { return target.update(repeating: 0, count: count) }
  for index in stride(from: 0, to: count, by: Vector.scalarCount) {
    target.store(Vector.zero + first.value(at: index), at: index)
  }
  for term in terms.dropFirst() {
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      target.store(target.vector(at: index) + term.value(at: index), at: index)
    }
  }
}
