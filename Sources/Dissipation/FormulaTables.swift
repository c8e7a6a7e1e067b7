import Lattice
import VectorMath

/// The factors of all channels and the velocities of a lattice of one orbital, tile by tile.
///
/// Copies share the present tile.
package struct FormulaTables {
  /// The present tile.
  package let band: SingleBand

  private let factors: [TileFactors]

  /// Prepares a model; `nil` where a bath has no formulas, or the lattice more than one orbital.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - grid: The momenta of the whole lattice.
  ///   - kernel: The kernel of the first momenta.
  /// - Throws: `ModelError` if formulas are not those of that kernel, to 64 roundings; alike on all ranks, which have
  ///   the same model and first momenta.
  package init?(
    of model: OpenLattice,
    on grid: MomentumGrid,
    as kernel: SeparableKernel
  ) throws(ModelError) {
    guard let formulas = model.formulas else { return nil }
    guard formulas.count == kernel.channels.count else {
      throw ModelError(
        "baths have \(formulas.count) formulas for the \(kernel.channels.count) channels of their kernels"
      )
    }
    let others = formulas.flatMap(\.displacements)
    let band = SingleBand(of: model.hamiltonian, on: grid, others: others)
    self.band = band
    factors = formulas.map { TileFactors($0, band) }
    try check(formulas, kernel)
  }

  /// Compares the formulas with a kernel of the first momenta.
  private func check(
    _ formulas: [ChannelFormula],
    _ kernel: SeparableKernel
  ) throws(ModelError) {
    let count = kernel.channels.first?.source.count ?? 0
    let f = AlignedVector(count: count)
    let g = AlignedVector(count: count)
    band.tabulate(from: 0, count: f.paddedCount)
    for (r, channel) in kernel.channels.enumerated() {
      _ = writeFactors(r, to: f.pointer, g.pointer, count: f.paddedCount, times: (1, 1))
      let largest = formulas[r].largest
      for index in 0..<count {
        let (source, sink) = (channel.source[index], channel.sink[index])
        // What is not finite in both is found by those who take the tables.
        let differs =
          abs(f[index] - source) > 64 * .ulpOfOne * (largest?.source ?? source)
          || abs(g[index] - sink) > 64 * .ulpOfOne * (largest?.sink ?? sink)
        guard !differs else {
          throw ModelError("the formulas of channel \(r + 1) are not its kernel")
        }
      }
    }
  }

  /// Writes f_r and g_r of the tile, times powers of two.
  ///
  /// - Parameters:
  ///   - r: The channel.
  ///   - source: On return f_r.
  ///   - sink: On return g_r.
  ///   - count: Whole vectors.
  ///   - factors: The powers.
  /// - Returns: The largest of all products.
  package func writeFactors(
    _ r: Int,
    to source: UnsafeMutablePointer<Double>,
    _ sink: UnsafeMutablePointer<Double>,
    count: Int,
    times factors: (source: Double, sink: Double)
  ) -> Double {
    switch self.factors[r] {
    case .exponentials(let exponentials):
      return exponentials.write(
        of: band.energies,
        to: source,
        sink,
        count: count,
        times: (factors.source, factors.sink)
      )
    case .squares(let f, let g):
      return max(
        f.write(to: source, count: count, times: factors.source),
        g.write(to: sink, count: count, times: factors.sink)
      )
    }
  }
}

/// A formula over the memory of a tile.
private enum TileFactors {
  case exponentials(ThermalFactors)
  case squares(PhaseSquare, PhaseSquare)

  init(_ formula: ChannelFormula, _ band: SingleBand) {
    switch formula {
    case .thermal(let a, let c): self = .exponentials(ThermalFactors(a: a, c: c))
    case .product(let source, let sink):
      self = .squares(
        band.square(source.factors, at: source.cells),
        band.square(sink.factors, at: sink.cells)
      )
    }
  }
}

extension OpenLattice {
  /// Whether tables come from formulas.
  package var hasFormulas: Bool { formulas != nil }

  /// The channels of all baths as formulas; `nil` where a bath has none, or the lattice more than one orbital.
  fileprivate var formulas: [ChannelFormula]? {
    guard hamiltonian.orbitals.count == 1 else { return nil }
    var formulas: [ChannelFormula] = []
    for bath in tabulatedBaths {
      guard let own = bath.dissipator.formulas(on: hamiltonian) else { return nil }
      formulas += own
    }
    return formulas
  }
}
