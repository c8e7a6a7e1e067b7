import Communication
import VectorMath

/// The 2R moments of a separable kernel, summed exactly over all modes of all ranks.
///
///     A_r = Σ_m f_r(m) n_m        B_r = Σ_m g_r(m) h_m
struct Moments: ~Copyable {
  /// n of a tile, then h.
  private let occupationTile = AlignedVector(count: 2 * ScaledKernel.tile)
  private var sums: TileSums

  init(of kernel: borrowing ScaledKernel) {
    sums = TileSums(count: 2 * kernel.channels, depth: kernel.depth)
  }

  /// Adds up the moments of the owned modes, and sums them over the ranks.
  ///
  /// Collective.
  mutating func evaluate(
    _ kernel: borrowing ScaledKernel,
    at lambda: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    sums.reset()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let count = min(ScaledKernel.tile, lambda.paddedCount - start)
      tabulateOccupations(lambda.pointer + start, count)
      for index in 0..<sums.count {
        let occupation = occupationTile.pointer + index % 2 * ScaledKernel.tile
        sums.add(index, kernel.table(index, from: start), occupation, count: count)
      }
      sums.endTile()
    }
    try sums.reduce(over: communicator)
  }

  /// The moment A_r for even and B_r for odd `index`, in the scale of its table; NaN if a term was
  /// not finite.
  func value(_ index: Int) -> Double { sums.value(index) }

  private func tabulateOccupations(_ lambda: UnsafeMutablePointer<Double>, _ count: Int) {
    let target = occupationTile.pointer
    for index in stride(from: 0, to: count, by: Vector.scalarCount) {
      // The padding has λ = 0, but factors of zero.
      let (n, h) = occupations(lambda.vector(at: index))
      target.store(n, at: index)
      target.store(h, at: ScaledKernel.tile + index)
    }
  }
}
