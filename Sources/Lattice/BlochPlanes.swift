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
    (self.matrix, self.gradient) = (Planes(count: 0, length: 0), Planes(count: 0, length: 0))
    self.phases = phases
    phases.read(hamiltonian.hoppings.map(\.by)) { phase in
      let (matrix, gradient) = hamiltonian.planeTerms { phase[$0] }
      self.matrix = Planes(summing: matrix, length: momenta.count)
      self.gradient = Planes(summing: gradient, length: momenta.count)
    }
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
