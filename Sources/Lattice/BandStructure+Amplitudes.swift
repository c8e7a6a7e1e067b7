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
        let moving = sites.indices.filter { sites[$0].cell.contains { $0 != 0 } }
        let fixed = sites.indices.filter { !moving.contains($0) }
        phases.read(moving.map { sites[$0].cell }) { phases in
          writeSquares(
            zip(moving, phases).map { PhaseTerm(factors[$0], $1) },
            from: fixed.reduce(.zero) { $0 + factors[$1] },
            to: target,
            count: stride
          )
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

/// c e^{ik·r}, the conjugate of the phase that the grid has.
private struct PhaseTerm {
  private let phase: PhasePlane
  /// c.
  private let a, b: Double
  /// c times the sign of the sines.
  private let x, y: Double

  init(_ factor: Complex<Double>, _ phase: PhasePlane) {
    self.phase = phase
    (a, b) = (factor.real, factor.imaginary)
    (x, y) = (factor.real * phase.sign, factor.imaginary * phase.sign)
  }

  /// The sum of a number and the term.
  @inline(__always)
  func added(to sum: (Vector, Vector), at index: Int) -> (Vector, Vector) {
    let cosine = phase.cosines.vector(at: index)
    let sine = phase.sines.vector(at: index)
    let real = multiplyAdd(Vector(repeating: y), sine, sum.0)
    let imaginary = multiplyAdd(Vector(repeating: -x), sine, sum.1)
    return (
      multiplyAdd(Vector(repeating: a), cosine, real),
      multiplyAdd(Vector(repeating: b), cosine, imaginary)
    )
  }
}

/// |c + Σ_α c_α e^{ik·r_α}|².
@inline(never)
private func writeSquares(
  _ terms: [PhaseTerm],
  from constant: Complex<Double>,
  to target: UnsafeMutablePointer<Double>,
  count: Int
) {
  terms.withUnsafeBufferPointer { terms in
    let first = (Vector(repeating: constant.real), Vector(repeating: constant.imaginary))
    @inline(__always)
    func write(_ sum: (Vector, Vector), _ index: Int) {
      target.store(multiplyAdd(sum.0, sum.0, sum.1 * sum.1), at: index)
    }
    if terms.count == 1 {
      // Its constants stay in registers.
      let term = terms[0]
      for index in stride(from: 0, to: count, by: Vector.scalarCount) {
        write(term.added(to: first, at: index), index)
      }
      return
    }
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      var sum = first
      for term in terms { sum = term.added(to: sum, at: index) }
      write(sum, index)
    }
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
