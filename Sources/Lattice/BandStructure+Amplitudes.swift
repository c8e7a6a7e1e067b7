import Numerics
import VectorMath

extension BandStructure {
  /// v_α = e^{ik·r_α} u_{a_α ν}(k), the amplitude of each mode at each of some sites.
  ///
  /// - Parameter sites: For each site α its orbital a_α and its displacement r_α in cells.
  /// - Returns: For site α and band ν the real part in plane 2 (α · bands + ν), and the imaginary part
  ///   in the next; elements go with the momenta.
  public func amplitudes(at sites: [(orbital: Int, cell: [Int])]) -> Planes {
    let bands = bands
    let stride = momenta.count.roundedUpToVectors
    return Planes(count: 2 * sites.count * bands, length: momenta.count) { target in
      readSites(sites) { vectors, phases in
        for (place, site) in sites.enumerated() {
          for band in 0..<bands {
            let vector = vectors + 2 * (site.orbital * bands + band) * stride
            let plane = target + 2 * (place * bands + band) * stride
            for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
              let (x, y) = phases[place].amplitude(of: vector, stride, at: index)
              plane.store(x, at: index)
              plane.store(y, at: stride + index)
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
    let bands = bands
    let stride = momenta.count.roundedUpToVectors
    let squares = Planes(count: bands, length: momenta.count) { target in
      readSites(sites) { vectors, phases in
        for band in 0..<bands {
          let terms = sites.enumerated().map { place, site in
            let vector = vectors + 2 * (site.orbital * bands + band) * stride
            return SiteTerm(factor: factors[place], phase: phases[place], vector: vector)
          }
          terms.withUnsafeBufferPointer {
            let plane = target + band * stride
            if bands == 1 {
              // u = 1.
              writeSquares($0, stride, plane) { term, index in term.phase.conjugate(at: index) }
            } else {
              writeSquares($0, stride, plane) { term, index in
                term.phase.amplitude(of: term.vector, stride, at: index)
              }
            }
          }
        }
      }
    }
    return squares.interleaved(Array(0..<bands))
  }

  /// Hands u and the phases of some sites to `body`.
  private func readSites(
    _ sites: [(orbital: Int, cell: [Int])],
    _ body: (UnsafePointer<Double>, UnsafePointer<PhasePlane>) -> Void
  ) {
    vectors.read { vectors in phases.read(sites.map(\.cell)) { body(vectors, $0) } }
  }
}

/// c_α and what makes v_α.
private struct SiteTerm {
  let factor: Complex<Double>
  let phase: PhasePlane
  let vector: UnsafePointer<Double>
}

/// |Σ_α c_α v_α|² of one band.
@inline(__always)
private func writeSquares(
  _ terms: UnsafeBufferPointer<SiteTerm>,
  _ stride: Int,
  _ target: UnsafeMutablePointer<Double>,
  _ amplitude: (SiteTerm, Int) -> (Vector, Vector)
) {
  for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
    var real = Vector.zero
    var imaginary = Vector.zero
    for term in terms {
      let (x, y) = amplitude(term, index)
      let a = Vector(repeating: term.factor.real)
      let b = Vector(repeating: term.factor.imaginary)
      real = multiplyAdd(a, x, multiplyAdd(-b, y, real))
      imaginary = multiplyAdd(a, y, multiplyAdd(b, x, imaginary))
    }
    target.store(multiplyAdd(real, real, imaginary * imaginary), at: index)
  }
}

extension PhasePlane {
  /// e^{ik·r}, the conjugate of what the grid has.
  @inline(__always)
  fileprivate func conjugate(at index: Int) -> (Vector, Vector) {
    (cosines.vector(at: index), -sign * sines.vector(at: index))
  }

  /// e^{ik·r} u.
  @inline(__always)
  fileprivate func amplitude(
    of vector: UnsafePointer<Double>,
    _ stride: Int,
    at index: Int
  ) -> (Vector, Vector) {
    let (cosine, sine) = conjugate(at: index)
    let (x, y) = (vector.vector(at: index), vector.vector(at: stride + index))
    return (
      multiplyAdd(cosine, x, -sine * y),
      multiplyAdd(cosine, y, sine * x)
    )
  }
}
