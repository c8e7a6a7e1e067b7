import VectorMath

/// e^{a (ε − c)} and its inverse.
struct ThermalFactors {
  let a: Double
  let c: Double

  /// Tabulates some energies.
  func tables(of energies: [Double]) -> (exponentials: [Double], inverses: [Double]) {
    let count = energies.count
    let room = count.roundedUpToVectors
    var inverses = [Double](unsafeUninitializedCapacity: room) { $1 = count }
    let exponentials = [Double](unsafeUninitializedCapacity: room) { result, initialized in
      energies.withUnsafeBufferPointer { energies in
        inverses.withUnsafeMutableBufferPointer { inverses in
          guard let source = energies.baseAddress, let target = result.baseAddress,
            let inverse = inverses.baseAddress
          else { return }
          _ = write(to: target, inverse, count, (1, 1)) { source.vector(at: $0, of: count) }
        }
      }
      initialized = count
    }
    return (exponentials, inverses)
  }

  /// Writes both for whole vectors of energies, times powers of two.
  ///
  /// - Parameters:
  ///   - energies: The energies.
  ///   - target: On return the exponentials.
  ///   - inverse: On return the inverses.
  ///   - count: Whole vectors.
  ///   - scales: The power for each of both.
  /// - Returns: The largest of all products.
  func write(
    of energies: UnsafePointer<Double>,
    to target: UnsafeMutablePointer<Double>,
    _ inverse: UnsafeMutablePointer<Double>,
    count: Int,
    times scales: (Double, Double)
  ) -> Double {
    write(to: target, inverse, count, scales) { energies.vector(at: $0) }
  }

  @inline(__always)
  private func write(
    to target: UnsafeMutablePointer<Double>,
    _ inverse: UnsafeMutablePointer<Double>,
    _ count: Int,
    _ scales: (Double, Double),
    _ energies: (Int) -> Vector
  ) -> Double {
    var largest = Vector.zero
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      let value = exponential(a * (energies(index) - c))
      let (first, second) = (value * scales.0, scales.1 / value)
      largest = larger(larger(largest, first), second)
      target.store(first, at: index)
      inverse.store(second, at: index)
    }
    return largest.max()
  }
}
