import VectorMath

/// H(k) and its gradient over a range of momenta.
package struct BlochPlanes {
  /// H_ab: real part in plane 2 (a · size + b), imaginary part in the next.
  package private(set) var matrix: Planes

  /// ∂H_ab/∂k_c: real part in plane 2 ((c · size + a) · size + b), imaginary part in the next.
  package private(set) var gradient: Planes

  /// Tabulates a range of momenta.
  ///
  ///     H_ab(k) = Σ_r t_ab(r) e^{−ik·r}        ∂H_ab/∂k_c = Σ_r (−i r_c) t_ab(r) e^{−ik·r}
  package init(of hamiltonian: BlochHamiltonian, on grid: MomentumGrid, momenta: Range<Int>) {
    let size = hamiltonian.orbitals.count
    matrix = Planes(count: 2 * size * size, length: momenta.count)
    gradient = Planes(count: 2 * hamiltonian.dimension * size * size, length: momenta.count)
    for hopping in hamiltonian.hoppings {
      let row = hopping.to * size + hopping.from
      let column = hopping.from * size + hopping.to
      for index in stride(from: 0, to: matrix.stride, by: Vector.scalarCount) {
        let phase = grid.phases(from: momenta.lowerBound + index, displacement: hopping.by)
        let amplitude = hopping.amplitude
        let real = amplitude.real * phase.real - amplitude.imaginary * phase.imaginary
        let imaginary = amplitude.real * phase.imaginary + amplitude.imaginary * phase.real
        add(real, imaginary, to: &matrix, row, index)
        if hopping.isOnSite { continue }
        add(real, -imaginary, to: &matrix, column, index)
        for (direction, cells) in hopping.by.enumerated() where cells != 0 {
          let r = Double(cells)
          let place = direction * size * size
          add(r * imaginary, -r * real, to: &gradient, place + row, index)
          add(r * imaginary, r * real, to: &gradient, place + column, index)
        }
      }
    }
  }

  @inline(__always)
  private func add(
    _ real: Vector,
    _ imaginary: Vector,
    to planes: inout Planes,
    _ element: Int,
    _ index: Int
  ) {
    let place = 2 * element * planes.stride + index
    let next = place + planes.stride
    planes.write { start in
      start.store(start.vector(at: place) + real, at: place)
      start.store(start.vector(at: next) + imaginary, at: next)
    }
  }
}
