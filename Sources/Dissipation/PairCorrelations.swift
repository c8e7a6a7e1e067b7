import CLAPACK
import Lattice
import Numerics

/// Jump operators that are no products, brought to the smallest number of channels.
///
/// With v_α(k) = e^{ik·r_α} u_{a_α}(k) for a site α, the rates of L = Σ A_αβ c†_α c_β are
///
///     W(k→p) = γ Σ A_αβ A*_α′β′ [v*_α v_α′](p) [v_β v*_β′](k).
///
/// Each pair v*_α v_α′ depends on the two orbitals and on r_α′ − r_α only, so its real and imaginary parts
/// are a few real functions X_i; then W = Σ_ij X_i(p) T_ij X_j(k) with one real matrix T for all operators,
/// and the singular values of T give the fewest channels: W = Σ_r σ_r [U_r·X](p) [V_r·X](k).
struct PairCorrelations {
  /// v*_α v_α′, up to complex conjugation.
  private struct Pair: Hashable {
    let orbitals: [Int]
    let displacement: [Int]
  }

  private var pairs: [Pair] = []
  /// T_ij by (sink function, source function); function 2 p is the real part of pair p, 2 p + 1 its
  /// imaginary part.
  private var elements: [[Int]: Double] = [:]

  /// Adds the rates of one operator.
  mutating func add(_ matrix: AmplitudeMatrix, rate: Double) {
    let columns = matrix.annihilation.count
    for first in matrix.elements.indices {
      for second in matrix.elements.indices {
        let product = matrix.elements[first] * matrix.elements[second].conjugate
        guard product != .zero else { continue }
        let sink = place(matrix.creation[first / columns], matrix.creation[second / columns])
        let source = place(
          matrix.annihilation[first % columns],
          matrix.annihilation[second % columns]
        )
        let (real, imaginary) = (rate * product.real, rate * product.imaginary)
        // Re[A (x_p + i s_p y_p)(x_k − i s_k y_k)]
        let (p, k) = (2 * sink.pair, 2 * source.pair)
        elements[[p, k], default: 0] += real
        elements[[p + 1, k + 1], default: 0] += sink.sign * source.sign * real
        elements[[p + 1, k], default: 0] -= sink.sign * imaginary
        elements[[p, k + 1], default: 0] += source.sign * imaginary
      }
    }
  }

  /// The pair v*_α v_α′ and the sign of its imaginary part.
  private mutating func place(
    _ first: JumpOperator.Site,
    _ second: JumpOperator.Site
  ) -> (pair: Int, sign: Double) {
    let displacement = zip(second.cell, first.cell).map { $0 - $1 }
    let forward = Pair(orbitals: [first.orbital, second.orbital], displacement: displacement)
    if let index = pairs.firstIndex(of: forward) { return (index, 1) }
    let backward = Pair(
      orbitals: [second.orbital, first.orbital],
      displacement: displacement.map { -$0 }
    )
    if let index = pairs.firstIndex(of: backward) { return (index, -1) }
    pairs.append(forward)
    return (pairs.count - 1, 1)
  }

  /// The channels σ_r [V_r·X](k) [U_r·X](p).
  ///
  /// - Throws: `ModelError` if LAPACK's dgesdd fails.
  func channels(on bands: BandStructure) throws(ModelError) -> [Channel] {
    guard !pairs.isEmpty else { return [] }
    // Functions that are zero for all momenta, such as Im |u|², have no place in T.
    let functions = (0..<2 * pairs.count).filter { function in
      let pair = pairs[function / 2]
      let isReal = pair.orbitals[0] == pair.orbitals[1] && pair.displacement.allSatisfy { $0 == 0 }
      return function % 2 == 0 || !isReal
    }
    let size = functions.count
    var matrix = [Double](repeating: 0, count: size * size)
    for (row, sink) in functions.enumerated() {
      for (column, source) in functions.enumerated() {
        matrix[row * size + column] = elements[[sink, source]] ?? 0
      }
    }
    var values = [Double](repeating: 0, count: size)
    var left = matrix
    var right = matrix
    let info = tgge_lapack_singular(Int32(size), Int32(size), &matrix, &values, &left, &right)
    guard info == 0 else { throw ModelError("LAPACK's dgesdd failed with info = \(info)") }
    let rank = values.count { $0 > 8 * Double(size) * Double.ulpOfOne * values[0] }

    var channels = (0..<rank).map { r in
      let zeros = [Double](repeating: 0, count: bands.energies.count)
      return Channel(coupling: values[r], source: zeros, sink: zeros)
    }
    let sites = pairs.flatMap { pair in
      [(pair.orbitals[0], pair.displacement.map { _ in 0 }), (pair.orbitals[1], pair.displacement)]
    }
    bands.forEachMode(at: sites) { mode, amplitude in
      for (index, function) in functions.enumerated() {
        let pair = function / 2
        let product = amplitude[2 * pair].conjugate * amplitude[2 * pair + 1]
        let value = function % 2 == 0 ? product.real : product.imaginary
        for r in 0..<rank {
          channels[r].sink[mode] += left[index * size + r] * value
          channels[r].source[mode] += right[r * size + index] * value
        }
      }
    }
    return channels
  }
}
