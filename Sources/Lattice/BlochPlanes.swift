import VectorMath

/// H(k) and its gradient over a range of momenta.
///
/// Of a single orbital both are real, and have no planes of imaginary parts.
package struct BlochPlanes {
  /// H_ab: real part in plane 2 (a · size + b), imaginary part in the next.
  package private(set) var matrix: Planes

  /// ∂H_ab/∂k_c: real part in plane 2 ((c · size + a) · size + b), imaginary part in the next.
  package private(set) var gradient: Planes

  /// e^{−ik·r} of the hoppings' displacements.
  let phases: PhasePlanes

  /// Tabulates a range of momenta.
  ///
  ///     H_ab(k) = Σ_r t_ab(r) e^{−ik·r}        ∂H_ab/∂k_c = Σ_r (−i r_c) t_ab(r) e^{−ik·r}
  package init(of hamiltonian: BlochHamiltonian, on grid: MomentumGrid, momenta: Range<Int>) {
    let size = hamiltonian.orbitals.count
    var displacements = hamiltonian.hoppings.map(\.by)
    // Jump operators of several orbitals will want it.
    if size > 1 { displacements.append([Int](repeating: 0, count: grid.dimension)) }
    let phases = PhasePlanes(of: displacements, on: grid, momenta: momenta)
    var matrix = [[PlaneTerm]](repeating: [], count: 2 * size * size)
    var gradient = [[PlaneTerm]](repeating: [], count: hamiltonian.dimension * matrix.count)
    (self.matrix, self.gradient) = (Planes(count: 0, length: 0), Planes(count: 0, length: 0))
    self.phases = phases
    phases.read(hamiltonian.hoppings.map(\.by)) { phase in
      for (place, hopping) in hamiltonian.hoppings.enumerated() {
        for (plane, term) in hopping.terms(size, phase[place]) { matrix[plane].append(term) }
        for (direction, cells) in hopping.by.enumerated() where cells != 0 {
          for (plane, term) in hopping.gradientTerms(size, direction, Double(cells), phase[place]) {
            gradient[plane].append(term)
          }
        }
      }
      if size == 1 {
        matrix.removeLast()
        gradient = stride(from: 0, to: gradient.count, by: 2).map { gradient[$0] }
      }
      self.matrix = Planes(summing: matrix, length: momenta.count)
      self.gradient = Planes(summing: gradient, length: momenta.count)
    }
  }
}

/// A term a Re e^{−ik·r} + b Im e^{−ik·r} of a plane.
private struct PlaneTerm {
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

extension Planes {
  /// A plane of sums for each list of terms; zeros where it is empty.
  fileprivate init(summing terms: [[PlaneTerm]], length: Int) {
    let stride = length.roundedUpToVectors
    self.init(count: terms.count, length: length) { start in
      for (plane, terms) in terms.enumerated() {
        writeSum(of: terms, to: start + plane * stride, count: stride)
      }
    }
  }
}

private func writeSum(
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
