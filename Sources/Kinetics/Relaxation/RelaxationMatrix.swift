import Communication
import Dissipation
import VectorMath

/// The linearised rate equation of a separable kernel over the modes that this rank owns.
///
/// d(δn)/dt = −εJ (D − U Vᵀ) δn with, for in_m = (1/N) Σ_r γ_r g_r A_r and out_m = (1/N) Σ_r γ_r f_r B_r,
///
///     D = diag(in + out),   U = [γ_r h g_r A_r/N, γ_r n f_r B_r/N],   V = [f_r/A_r, g_r/B_r]
///
/// (physics, section 5). The moments A_r, B_r in U and V make their products those of relative changes
/// of the moments, of order 1, however far the factors range.
package struct RelaxationMatrix: ~Copyable {
  /// Who owns which modes.
  package let partition: Partition

  /// 2R, the columns of U and of V.
  package let width: Int

  /// in + out of the owned modes, zero for those without any rate; padded to whole tiles.
  package let rates: AlignedVector

  /// u_0, u_1 …, then v_0, v_1 …, each padded with zeros to whole tiles.
  private let tables: AlignedVector

  /// The distance between two tables.
  let stride: Int

  /// Tabulates the matrix at a state.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the owned modes; channels of coupling 0 are left out.
  ///   - lambda: λ of the owned modes.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  package init(
    of kernel: SeparableKernel,
    at lambda: borrowing AlignedVector,
    partition: Partition,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let active = SeparableKernel(channels: kernel.channels.filter { $0.coupling != 0 })
    let scaled = try ScaledKernel(active, modes: lambda.count, over: communicator)
    var moments = Moments(of: scaled, isGrouped: partition.hasGroups)
    try moments.evaluate(scaled, at: lambda, over: communicator)

    self.partition = partition
    width = 2 * scaled.channels
    stride = scaled.stride
    rates = AlignedVector(count: lambda.count, block: ScaledKernel.tile)
    tables = AlignedVector(count: 2 * width * stride)
    let perCell = 1 / Double(partition.momenta)
    for r in 0..<scaled.channels {
      let coupling = scaled.couplings[r] * perCell
      let (a, b) = (moments.value(2 * r), moments.value(2 * r + 1))
      // Moments of factors of both signs may vanish, and are no unit then.
      let unitA = scaled.isNonnegative[2 * r] && a > 0 ? a : Double(partition.modes)
      let unitB = scaled.isNonnegative[2 * r + 1] && b > 0 ? b : Double(partition.modes)
      let (f, g) = (scaled.table(2 * r, from: 0), scaled.table(2 * r + 1, from: 0))
      for mode in 0..<lambda.count {
        let (n, h) = occupations(lambda[mode])
        rates[mode] += coupling * (g[mode] * a + f[mode] * b)
        tables[2 * r * stride + mode] = h * (coupling * g[mode] * unitA)
        tables[(2 * r + 1) * stride + mode] = n * (coupling * f[mode] * unitB)
        tables[(width + 2 * r) * stride + mode] = f[mode] / unitA
        tables[(width + 2 * r + 1) * stride + mode] = g[mode] / unitB
      }
    }
  }

  /// u_a of the owned modes.
  package func left(_ column: Int) -> UnsafeMutablePointer<Double> {
    tables.pointer + column * stride
  }

  /// v_a of the owned modes.
  package func right(_ column: Int) -> UnsafeMutablePointer<Double> {
    tables.pointer + (width + column) * stride
  }

  /// The number of modes of all ranks without any rate, which never relax.
  ///
  /// Collective.
  func idleModes(over communicator: some Communicator) throws(CommunicationError) -> Int {
    var idle: Int64 = 0
    for mode in 0..<rates.count where rates[mode] == 0 { idle += 1 }
    return Int(try communicator.sum(idle))
  }
}
