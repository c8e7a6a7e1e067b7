import RealModule

/// How observables of a finite lattice depend on its boundary phases.
///
/// With a twist θ (a phase 2πθ_a in each direction, θ periodic with period 1) the momenta are those of a
/// larger lattice, and an observable of L cells is a Fourier series
///
///     I(L, θ) = Σ_n a_n e^{2πi n·θ},   |a_n| ~ e^{−κ L max|n|}
///
/// Its mean a_0 over θ differs from I(∞) in second order only, by the feedback of the deviations on the
/// moments, as e^{−2κL}: those of first order cancel in the mean. That, and a rate κ, can be read off from
/// N twists j/N in each direction, N ≥ 5, at one L.
package struct TwistHarmonics: Sendable, Equatable {
  /// a_0 of each observable.
  package let mean: [Double]

  /// Σ |a_n| over all n with max|n| = 1, the largest of all observables: how far I(L, θ) is from the mean.
  package let first: Double

  /// The same for max|n| = 2.
  package let second: Double

  /// Analyses the values on the grid of twists.
  ///
  /// - Parameters:
  ///   - values: The observables at each of the N^d twists, the last direction fastest.
  ///   - twists: N, 5 or more.
  ///   - dimension: The number of directions, d.
  /// - Complexity: (5N)^d for each observable.
  package init(_ values: [[Double]], twists: Int, dimension: Int) {
    let count = Double(values.count)
    let observables = values[0].indices
    mean = observables.map { index in values.reduce(0) { $0 + $1[index] } / count }
    var sums = [[Double]](repeating: observables.map { _ in 0 }, count: 3)
    for harmonic in TwistHarmonics.tuples(of: -2..<3, dimension)
    where harmonic.contains(where: { $0 != 0 }) {
      let order = harmonic.map(\.magnitude).max() ?? 0
      let phases = TwistHarmonics.tuples(of: 0..<twists, dimension).map { twist in
        let turns = zip(harmonic, twist).reduce(0) { $0 + $1.0 * $1.1 } % twists
        return 2 * Double.pi * Double(turns) / Double(twists)
      }
      for index in observables {
        var (real, imaginary) = (0.0, 0.0)
        for (phase, value) in zip(phases, values) {
          // The mean is taken off, since rounding should be that of the deviations.
          real += (value[index] - mean[index]) * .cos(phase)
          imaginary -= (value[index] - mean[index]) * .sin(phase)
        }
        sums[Int(order)][index] += .hypot(real, imaginary) / count
      }
    }
    first = sums[1].max() ?? 0
    second = sums[2].max() ?? 0
  }

  /// All tuples of `dimension` numbers of a range, the last one fastest.
  package static func tuples(of range: Range<Int>, _ dimension: Int) -> [[Int]] {
    (0..<dimension).reduce([[]]) { tuples, _ in
      tuples.flatMap { tuple in range.map { tuple + [$0] } }
    }
  }
}
