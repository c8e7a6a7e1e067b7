import Numerics
import VectorMath

extension BandStructure {
  /// v_α = e^{ik·r_α} u_{a_α ν}(k), the amplitude of each mode at each of some sites.
  ///
  /// - Parameter sites: For each site α its orbital a_α and its displacement r_α in cells.
  /// - Returns: For site α and band ν the real part in plane 2 (α · bands + ν), and the imaginary part
  ///   in the next; elements go with the momenta.
  public func amplitudes(at sites: [(orbital: Int, cell: [Int])]) -> Planes {
    let (bands, stride) = (bands, momenta.count.roundedUpToVectors)
    return Planes(count: 2 * sites.count * bands, length: momenta.count) { target in
      readSites(sites) { vectors, phases in
        for (place, site) in sites.enumerated() {
          let phase = phases[place]
          for band in 0..<bands {
            let vector = vectors + 2 * (site.orbital * bands + band) * stride
            let plane = target + 2 * (place * bands + band) * stride
            for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
              // e^{ik·r} is the conjugate of what the grid has.
              let cosine = phase.cosines.vector(at: index)
              let sine = phase.sign * phase.sines.vector(at: index)
              let (x, y) = (vector.vector(at: index), vector.vector(at: stride + index))
              plane.store(cosine * x + sine * y, at: index)
              plane.store(cosine * y - sine * x, at: stride + index)
            }
          }
        }
      }
    }
  }

  /// |Σ_α c_α v_α|² of each mode, in the order of modes, with v as `amplitudes` has it.
  ///
  /// - Parameters:
  ///   - sites: For each site α its orbital and its displacement in cells.
  ///   - factors: c_α.
  /// - Returns: The squares.
  public func squaredAmplitudes(
    at sites: [(orbital: Int, cell: [Int])],
    factors: [Complex<Double>]
  ) -> [Double] {
    let (bands, stride) = (bands, momenta.count.roundedUpToVectors)
    let squares = Planes(count: bands, length: momenta.count) { target in
      if bands == 1 {
        let cells = sites.map(\.cell)
        phases.read(PhaseSquare.displacements(cells)) { phases in
          _ = PhaseSquare(factors, at: cells, phases).write(to: target, count: stride, times: 1)
        }
      } else {
        readSites(sites) { vectors, phases in
          for band in 0..<bands {
            let terms = sites.enumerated().map { place, site in
              let vector = vectors + 2 * (site.orbital * bands + band) * stride
              return (PhaseTerm(factors[place], phases[place]), vector)
            }
            writeSquares(terms, stride, to: target + band * stride)
          }
        }
      }
    }
    return squares.interleaved(Array(0..<bands))
  }

  /// Hands u and the phases of some sites to `body`.
  private func readSites(
    _ sites: [(orbital: Int, cell: [Int])],
    _ body: (UnsafePointer<Double>, UnsafeBufferPointer<PhasePlane>) -> Void
  ) {
    vectors.read { vectors in phases.read(sites.map(\.cell)) { body(vectors, $0) } }
  }
}

/// |Σ_α c_α e^{ik·r_α} u_α|² of one band; the imaginary parts of u are a stride behind the real ones.
@inline(never)
private func writeSquares(
  _ terms: [(PhaseTerm, UnsafePointer<Double>)],
  _ stride: Int,
  to target: UnsafeMutablePointer<Double>
) {
  terms.withUnsafeBufferPointer { terms in
    for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
      var real = Vector.zero
      var imaginary = Vector.zero
      for (term, vector) in terms {
        let (a, b) = term.added(to: (Vector.zero, Vector.zero), at: index)
        let (x, y) = (vector.vector(at: index), vector.vector(at: stride + index))
        real = multiplyAdd(a, x, multiplyAdd(-b, y, real))
        imaginary = multiplyAdd(a, y, multiplyAdd(b, x, imaginary))
      }
      target.store(multiplyAdd(real, real, imaginary * imaginary), at: index)
    }
  }
}
