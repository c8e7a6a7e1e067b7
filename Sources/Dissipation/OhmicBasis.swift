import RealModule

/// A few functions φ_s(y) with S(y − y′) ≈ Σ_s φ_s(y) φ_s(y′) for the ohmic S(x) = (x/2)/sinh(x/2) on an interval.
///
/// S is positive definite, and the functions are the columns of its Cholesky factor for some pivots:
///
///     φ_s(y) = [ S(y − p_s) − Σ_{t<s} φ_t(y) φ_t(p_s) ] / √d_s,    d_s = 1 − Σ_{t<s} φ_t(p_s)²
///
/// The approximation is symmetric, so that a kernel made of it obeys detailed balance exactly; and φ_s
/// decays like S itself with the distance from p_s, so that far elements, which are exponentially
/// small, come out as sums of products that are small too. The pivots are Chebyshev points, mapped
/// by an arcsine to be nearly equally spaced in the middle, and eliminated largest d_s first. Between
/// the ends of a wide interval products of both signs cancel, which limits what can be reached there:
/// to 10⁻¹² of every element for a width of 40 and a few 10⁻¹⁰ for 80 (β = 20 on the chain).
public struct OhmicBasis: Sendable, Equatable {
  /// p_s, in the order of elimination.
  let pivots: [Double]

  /// φ_t(p_s)/√d_t for t < s, and √d_s on the diagonal: row s begins at s · (s + 1)/2.
  private let factor: [Double]

  /// The number of functions.
  public var rank: Int { pivots.count }

  /// Chooses functions for an interval.
  ///
  /// - Parameters:
  ///   - interval: The scaled energies y = βε that occur.
  ///   - rank: The number of pivots to try; fewer are used where rounding makes d_s too small.
  public init(on interval: ClosedRange<Double>, rank: Int) {
    let centre = (interval.lowerBound + interval.upperBound) / 2
    let radius = (interval.upperBound - interval.lowerBound) / 2
    // Below this, rounding would decide about d_s.
    let smallest = 64 * Double.ulpOfOne
    let candidates = (0..<rank).map { index in
      let chebyshev = Double.cos(.pi * (Double(index) + 0.5) / Double(rank))
      return centre + radius * .asin(0.9 * chebyshev) / .asin(0.9)
    }
    var remainder = candidates.map { _ in 1 as Double }
    var columns = candidates.map { _ in [Double]() }
    var chosen: [Int] = []
    var left = Set(candidates.indices)
    while let next = left.max(by: { (remainder[$0], $1) < (remainder[$1], $0) }) {
      guard remainder[next] > smallest else { break }
      left.remove(next)
      let diagonal = remainder[next].squareRoot()
      for other in left {
        var sum = Modulation.ohmic(candidates[other] - candidates[next])
        for (first, second) in zip(columns[other], columns[next]) { sum -= first * second }
        columns[other].append(sum / diagonal)
        remainder[other] -= (sum / diagonal) * (sum / diagonal)
      }
      columns[next].append(diagonal)
      chosen.append(next)
    }
    pivots = chosen.map { candidates[$0] }
    factor = chosen.flatMap { columns[$0] }
  }

  /// φ_s(y) for all s.
  ///
  /// - Complexity: rank²/2 multiply-adds.
  public func values(at y: Double) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(rank)
    for s in 0..<rank {
      let row = s * (s + 1) / 2
      var sum = Modulation.ohmic(y - pivots[s])
      for t in 0..<s { sum -= values[t] * factor[row + t] }
      values.append(sum / factor[row + s])
    }
    return values
  }
}
