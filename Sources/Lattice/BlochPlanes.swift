import VectorMath

/// H(k) and its gradient over a range of momenta.
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
    var matrix = Planes(count: 2 * size * size, length: momenta.count)
    var gradient = Planes(count: 2 * hamiltonian.dimension * size * size, length: momenta.count)
    let phases = PhasePlanes(of: hamiltonian.hoppings.map(\.by), on: grid, momenta: momenta)
    phases.read(hamiltonian.hoppings.map(\.by)) { phase in
      for (place, hopping) in hamiltonian.hoppings.enumerated() {
        matrix.add(hopping.terms(size), phase[place])
        for (direction, cells) in hopping.by.enumerated() where cells != 0 {
          let terms = hopping.gradientTerms(size, direction, Double(cells))
          gradient.add(terms, phase[place])
        }
      }
    }
    self.matrix = matrix
    self.gradient = gradient
    self.phases = phases
  }
}

/// A term a Re e^{−ik·r} + b Im e^{−ik·r} of a plane.
private struct PlaneTerm {
  var plane: Int
  var real: Double
  var imaginary: Double
}

extension Hopping {
  /// What the term and its Hermitian conjugate add to H.
  fileprivate func terms(_ size: Int) -> [PlaneTerm] {
    let (x, y) = (amplitude.real, amplitude.imaginary)
    if isOnSite { return [PlaneTerm(plane: 2 * (to * size + from), real: x, imaginary: -y)] }
    return terms(2 * (to * size + from), (x, -y), (y, x), 2 * (from * size + to), (x, -y), (-y, -x))
  }

  /// What they add to ∂H/∂k_c, with r_c cells.
  fileprivate func gradientTerms(_ size: Int, _ direction: Int, _ r: Double) -> [PlaneTerm] {
    let (x, y) = (r * amplitude.real, r * amplitude.imaginary)
    let row = 2 * ((direction * size + to) * size + from)
    let column = 2 * ((direction * size + from) * size + to)
    return terms(row, (y, x), (-x, y), column, (y, x), (x, -y))
  }

  /// Real and imaginary parts of an element and of its conjugate; on the diagonal the imaginary parts cancel.
  private func terms(
    _ row: Int,
    _ real: (Double, Double),
    _ imaginary: (Double, Double),
    _ column: Int,
    _ otherReal: (Double, Double),
    _ otherImaginary: (Double, Double)
  ) -> [PlaneTerm] {
    if row == column {
      return [PlaneTerm(plane: row, real: 2 * real.0, imaginary: 2 * real.1)]
    }
    return [
      PlaneTerm(plane: row, real: real.0, imaginary: real.1),
      PlaneTerm(plane: row + 1, real: imaginary.0, imaginary: imaginary.1),
      PlaneTerm(plane: column, real: otherReal.0, imaginary: otherReal.1),
      PlaneTerm(plane: column + 1, real: otherImaginary.0, imaginary: otherImaginary.1),
    ]
  }
}

extension Planes {
  /// Adds terms of a phase.
  fileprivate mutating func add(_ terms: [PlaneTerm], _ phase: PhasePlane) {
    let stride = stride
    write { start in
      for term in terms {
        let target = start + term.plane * stride
        let (real, imaginary) = (term.real, term.imaginary * phase.sign)
        for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
          let cosine = phase.cosines.vector(at: index)
          let sine = phase.sines.vector(at: index)
          target.store(target.vector(at: index) + (real * cosine + imaginary * sine), at: index)
        }
      }
    }
  }
}
