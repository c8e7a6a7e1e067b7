import Communication
import VectorMath

/// What the filling of a Gibbs state depends on, from sums of particles and holes; see `signedOccupation`.
///
/// Terms count down to 2⁻⁵⁰⁴, so that the chemical potential of an insulator is known as well as that of a metal.
struct OccupationSums {
  /// Σ_m n_m less the number of modes that are more than half filled.
  let surplus: Double

  /// The number of those modes.
  let filled: Int64

  /// Σ_m n_m less a number of particles.
  func surplus(over number: Double) -> Double { surplus + (Double(filled) - number) }

  /// Σ_m n_m h_m.
  let variance: Double

  /// Accumulators below each other.
  private static let levels = 4

  /// Sums over the modes of all ranks, the same on any number of them.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - energies: y = βε of the owned modes.
  ///   - chemical: λ is y less this number.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a sum fails.
  /// - Complexity: one pass, an Allreduce of the sums and one of the count.
  init(
    _ energies: borrowing AlignedVector,
    _ chemical: Double,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let levels = OccupationSums.levels
    let exponents = (0..<levels).map { 1 - $0 * FoldAccumulator.span }
    var sums = ExactSums(exponents: exponents + exponents)
    var accumulators = [FoldAccumulator](repeating: FoldAccumulator(), count: 2 * levels)
    func add(_ term: Vector, _ first: Int) {
      var rest = term
      for level in first..<first + levels {
        rest = accumulators[level].add(rest, sums.windows[level])
        if all(rest .== Vector.zero) { return }
      }
    }
    var filled = SIMD8<Int64>.zero
    let block = FoldAccumulator.capacity * Vector.scalarCount
    let lanes = SIMD8<Int64>(0, 1, 2, 3, 4, 5, 6, 7)
    for start in stride(from: 0, to: energies.count, by: block) {
      let end = min(start + block, energies.count)
      for index in stride(from: start, to: end, by: Vector.scalarCount) {
        let lambda = energies.pointer.vector(at: index) - Vector(repeating: chemical)
        let isMode = (lanes &+ Int64(index)) .< SIMD8(repeating: Int64(energies.count))
        let (n, h) = occupations(lambda)
        let (value, isFilled) = signedOccupation(n, h)
        filled &+= SIMD8<Int64>.zero.replacing(with: 1, where: isFilled .& isMode)
        add(value.replacing(with: 0, where: .!isMode), 0)
        add((n * h).replacing(with: 0, where: .!isMode), levels)
      }
      for index in accumulators.indices { sums.absorb(&accumulators[index], into: index) }
    }
    try sums.reduce(over: communicator)
    func value(_ first: Int) -> Double {
      (first..<first + levels).reversed().reduce(0) { $0 + sums.value($1) }
    }
    surplus = value(0)
    variance = value(levels)
    self.filled = try communicator.sum(filled.wrappedSum())
  }
}
