import Numerics

/// The amplitudes of a jump operator as a matrix A_αβ between the sites it creates on and those it
/// annihilates on; terms between the same two sites add up.
struct AmplitudeMatrix: Sendable, Equatable {
  /// The sites of creation, α, in the order in which they occur.
  let creation: [JumpOperator.Site]

  /// The sites of annihilation, β.
  let annihilation: [JumpOperator.Site]

  /// A_αβ, row-major.
  let elements: [Complex<Double>]

  /// c_α and d_β if A_αβ = c_α d_β to rounding, scaled to 1 at the largest element of c.
  let factors: Factors?

  /// The factors of a product.
  struct Factors: Sendable, Equatable {
    /// c_α.
    let creation: [Complex<Double>]

    /// d_β.
    let annihilation: [Complex<Double>]

    /// c*_α: u* e^{−ip·r} and its conjugate have the same modulus, so that both factors are |Σ d e^{ik·s} u|².
    var sink: [Complex<Double>] { creation.map { $0.conjugate } }
  }

  init(_ terms: [JumpOperator.Term]) {
    var creation: [JumpOperator.Site] = []
    var annihilation: [JumpOperator.Site] = []
    for term in terms {
      if !creation.contains(term.create) { creation.append(term.create) }
      if !annihilation.contains(term.annihilate) { annihilation.append(term.annihilate) }
    }
    var elements = [Complex<Double>](
      repeating: .zero,
      count: creation.count * annihilation.count
    )
    for term in terms {
      let row = creation.firstIndex(of: term.create) ?? 0
      let column = annihilation.firstIndex(of: term.annihilate) ?? 0
      elements[row * annihilation.count + column] += term.amplitude
    }
    self.creation = creation
    self.annihilation = annihilation
    self.elements = elements
    factors = Factors(of: elements, columns: annihilation.count)
  }
}

extension AmplitudeMatrix.Factors {
  /// Products multiplied out from factors are recognised; their factors return with at most a
  /// rounding or two, exactly where the pivot is 1.
  fileprivate init?(of elements: [Complex<Double>], columns: Int) {
    let magnitudes = elements.map(\.length)
    guard let largest = magnitudes.max(), largest > 0 else { return nil }
    // The first element that is 1 gives the factors without rounding; else the largest.
    let pivot =
      elements.firstIndex(of: .one) ?? magnitudes.firstIndex(of: largest) ?? 0
    let (pivotRow, pivotColumn) = pivot.quotientAndRemainder(dividingBy: columns)
    let rows = elements.count / columns
    let row = (0..<columns).map { elements[pivotRow * columns + $0] }
    let column = (0..<rows).map { elements[$0 * columns + pivotColumn] / elements[pivot] }
    for alpha in 0..<rows {
      for beta in 0..<columns {
        let product = column[alpha] * row[beta]
        let deviation = (elements[alpha * columns + beta] - product).length
        guard deviation <= 8 * Double.ulpOfOne * max(product.length, largest * 0x1p-20) else {
          return nil
        }
      }
    }
    creation = column
    annihilation = row
  }
}
