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
    matrix.write { matrix in
      gradient.write { gradient in
        let target = Target(matrix: matrix, gradient: gradient, stride: phases.stride, size: size)
        for hopping in hamiltonian.hoppings {
          phases.read(hopping.by) { cosines, sines, sign in
            for index in stride(from: 0, to: phases.stride, by: Vector.scalarCount) {
              let phase = (cosines.vector(at: index), sign * sines.vector(at: index))
              target.add(hopping, phase, index)
            }
          }
        }
      }
    }
    self.matrix = matrix
    self.gradient = gradient
    self.phases = phases
  }

  /// Where the terms of eight momenta are added up.
  private struct Target {
    let matrix: UnsafeMutablePointer<Double>
    let gradient: UnsafeMutablePointer<Double>
    let stride: Int
    let size: Int

    /// Adds a term and its Hermitian conjugate.
    @inline(__always)
    func add(_ hopping: Hopping, _ phase: (real: Vector, imaginary: Vector), _ index: Int) {
      let row = hopping.to * size + hopping.from
      let column = hopping.from * size + hopping.to
      let amplitude = hopping.amplitude
      let real = amplitude.real * phase.real - amplitude.imaginary * phase.imaginary
      let imaginary = amplitude.real * phase.imaginary + amplitude.imaginary * phase.real
      add(real, imaginary, to: matrix, row, index)
      if hopping.isOnSite { return }
      add(real, -imaginary, to: matrix, column, index)
      for (direction, cells) in hopping.by.enumerated() where cells != 0 {
        let r = Double(cells)
        let place = direction * size * size
        add(r * imaginary, -r * real, to: gradient, place + row, index)
        add(r * imaginary, r * real, to: gradient, place + column, index)
      }
    }

    @inline(__always)
    private func add(
      _ real: Vector,
      _ imaginary: Vector,
      to start: UnsafeMutablePointer<Double>,
      _ element: Int,
      _ index: Int
    ) {
      let place = 2 * element * stride + index
      start.store(start.vector(at: place) + real, at: place)
      start.store(start.vector(at: place + stride) + imaginary, at: place + stride)
    }
  }
}
