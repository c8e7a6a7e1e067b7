import Lattice
import Numerics
import VectorMath

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
  private(set) var elements: [[Int]: Double] = [:]

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
    var terms: [SingularTerm] = []
    for block in blocks(of: functions) { terms += try self.terms(of: block) }
    let largest = terms.reduce(0) { max($0, $1.value) }

    let sites = pairs.flatMap { pair in
      [(pair.orbitals[0], pair.displacement.map { _ in 0 }), (pair.orbitals[1], pair.displacement)]
    }
    let values = correlations(functions, bands.amplitudes(at: sites), bands.bands)
    let places = Dictionary(uniqueKeysWithValues: functions.enumerated().map { ($1, $0) })
    func combination(_ vector: [Int: Double]) -> [Double] {
      let terms = vector.sorted { $0.key < $1.key }.compactMap { function, factor in
        places[function].map { (place: $0, factor: factor) }
      }
      return PairCorrelations.combination(of: values, bands.bands, terms)
    }
    let smallest = 8 * Double(functions.count) * Double.ulpOfOne * largest
    return terms.filter { $0.value > smallest }.map { term in
      Channel(
        coupling: term.value,
        source: combination(term.source),
        sink: combination(term.sink)
      )
    }
  }

  /// X_i of each mode, plane i · bands + ν.
  private func correlations(_ functions: [Int], _ amplitude: Planes, _ bands: Int) -> Planes {
    var values = Planes(count: functions.count * bands, length: amplitude.length)
    let stride = values.stride
    values.write { target in
      amplitude.read { amplitude in
        for (place, function) in functions.enumerated() {
          for band in 0..<bands {
            let first = amplitude + 2 * (function / 2 * 2 * bands + band) * stride
            let second = first + 2 * bands * stride
            for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
              let (x, y) = (first.vector(at: index), first.vector(at: stride + index))
              let (u, v) = (second.vector(at: index), second.vector(at: stride + index))
              let value = function % 2 == 0 ? x * u + y * v : x * v - y * u
              target.store(value, at: (place * bands + band) * stride + index)
            }
          }
        }
      }
    }
    return values
  }

  /// Σ_i c_i X_i of each mode, in the order of modes.
  private static func combination(
    of values: Planes,
    _ bands: Int,
    _ terms: [(place: Int, factor: Double)]
  ) -> [Double] {
    var sums = Planes(count: bands, length: values.length)
    let stride = sums.stride
    sums.write { target in
      values.read { values in
        for (place, factor) in terms {
          let factor = Vector(repeating: factor)
          for band in 0..<bands {
            let plane = values + (place * bands + band) * stride
            let sum = target + band * stride
            for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
              sum.store(sum.vector(at: index) + factor * plane.vector(at: index), at: index)
            }
          }
        }
      }
    }
    return sums.interleaved(Array(0..<bands))
  }
}
