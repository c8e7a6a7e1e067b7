import VectorMath

extension BandStructure {
  /// v_α = e^{ik·r_α} u_{a_α ν}(k), the amplitude of each mode at each of some sites.
  ///
  /// - Parameter sites: For each site α its orbital a_α and its displacement r_α in cells.
  /// - Returns: For site α and band ν the real part in plane 2 (α · bands + ν), and the imaginary part
  ///   in the next; elements go with the momenta.
  public func amplitudes(at sites: [(orbital: Int, cell: [Int])]) -> Planes {
    var amplitudes = Planes(count: 2 * sites.count * bands, length: momenta.count)
    let stride = amplitudes.stride
    amplitudes.write { target in
      vectors.read { vectors in
        for (place, site) in sites.enumerated() {
          phases.read(site.cell) { cosines, sines, sign in
            for band in 0..<bands {
              let vector = vectors + 2 * (site.orbital * bands + band) * stride
              let plane = target + 2 * (place * bands + band) * stride
              for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
                // e^{ik·r} is the conjugate of what the grid has.
                let cosine = cosines.vector(at: index)
                let sine = sign * sines.vector(at: index)
                let (x, y) = (vector.vector(at: index), vector.vector(at: stride + index))
                plane.store(cosine * x + sine * y, at: index)
                plane.store(cosine * y - sine * x, at: stride + index)
              }
            }
          }
        }
      }
    }
    return amplitudes
  }
}
