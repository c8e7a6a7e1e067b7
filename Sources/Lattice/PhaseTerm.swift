import Numerics
import VectorMath

/// c e^{ik·r}, the conjugate of the phase that the grid has.
struct PhaseTerm {
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

/// |c + Σ_α c_α e^{ik·r_α}|², the square of an amplitude of a lattice of one orbital, where u = 1.
package struct PhaseSquare {
  private let constant: Complex<Double>
  private let terms: [PhaseTerm]

  /// Prepares a square.
  ///
  /// - Parameters:
  ///   - factors: c_α.
  ///   - cells: r_α.
  ///   - phases: Those of `displacements(cells)`.
  init(_ factors: [Complex<Double>], at cells: [[Int]], _ phases: some Sequence<PhasePlane>) {
    let moving = zip(cells, factors).filter { PhaseSquare.moves($0.0) }
    let fixed = zip(cells, factors).filter { !PhaseSquare.moves($0.0) }
    constant = fixed.reduce(.zero) { $0 + $1.1 }
    terms = zip(moving, phases).map { PhaseTerm($0.1, $1) }
  }

  /// The cells whose phases are wanted, all but the origin.
  package static func displacements(_ cells: [[Int]]) -> [[Int]] { cells.filter(moves) }

  private static func moves(_ cell: [Int]) -> Bool { cell.contains { $0 != 0 } }

  /// Writes the squares of momenta that follow each other.
  ///
  /// - Parameters:
  ///   - target: On return the squares times the factor.
  ///   - count: Whole vectors.
  ///   - factor: The factor.
  /// - Returns: The largest product.
  @inline(never)
  package func write(
    to target: UnsafeMutablePointer<Double>,
    count: Int,
    times factor: Double
  ) -> Double {
    let first = (Vector(repeating: constant.real), Vector(repeating: constant.imaginary))
    let factor = Vector(repeating: factor)
    return terms.withUnsafeBufferPointer { terms in
      var largest = Vector.zero
      @inline(__always)
      func write(_ sum: (Vector, Vector), _ index: Int) {
        let product = factor * multiplyAdd(sum.0, sum.0, sum.1 * sum.1)
        largest = larger(largest, product)
        target.store(product, at: index)
      }
      if terms.count == 1 {
        // Its constants stay in registers.
        let term = terms[0]
        for index in stride(from: 0, to: count, by: Vector.scalarCount) {
          write(term.added(to: first, at: index), index)
        }
      } else {
        for index in stride(from: 0, to: count, by: Vector.scalarCount) {
          var sum = first
          for term in terms { sum = term.added(to: sum, at: index) }
          write(sum, index)
        }
      }
      return largest.max()
    }
  }
}
