import Lattice
import RealModule

/// How a kernel that is not of low rank was brought to one.
public struct CompressionReport: Sendable, Equatable {
  /// The number of functions that approximate the modulation; 0 if the kernel stays as it is.
  public var rank: Int

  /// The largest relative error of any gain or loss that was measured.
  public var error: Double

  /// Why the kernel stays as it is, if it does.
  public var refusal: String?
}

/// Replaces an ohmic modulation by a sum of products, to a stated tolerance.
///
///     S(k,q) Σ_r γ_r f_r(k) g_r(q)  →  Σ_rs γ_r [f_r φ_s](k) [g_r φ_s](q)
///
/// The tolerance is on the largest relative error of any gain or loss, all of which must stay positive.
/// It is measured on a sample of modes, in the uniform state, a Gibbs state and two without any order, and
/// must be twice as small there: in the first the rates between the ends of the spectrum weigh most,
/// in the second those in the tails.
public struct KernelCompression: Sendable {
  /// The largest relative error of a gain or loss that is allowed.
  public var tolerance: Double

  /// Creates a compression.
  public init(tolerance: Double) { self.tolerance = tolerance }

  /// Compresses the ohmic parts of a kernel; other parts are left as they are.
  ///
  /// Not collective: all ranks find the same functions from the same sample.
  ///
  /// - Parameters:
  ///   - kernel: The kernel over the modes of this rank.
  ///   - sample: The same over a sample of all modes that holds the ends of the spectrum.
  ///   - interval: The scaled energies y = βε of all modes of all ranks.
  ///   - modes: M; a rank above M/4 does not pay.
  /// - Returns: What was found.
  public func compress(
    _ kernel: inout RateKernel,
    sample: RateKernel,
    interval: ClosedRange<Double>,
    modes: Int
  ) -> CompressionReport {
    let width = interval.upperBound - interval.lowerBound
    var best = CompressionReport(rank: 0, error: .infinity)
    var previous = 0
    let probes = probes(of: sample)
    // The rank grows by one or two for each unit of the interval.
    for step in 0..<50 {
      let wanted = Int((4 + width / 2) * .pow(1.06, Double(step)))
      guard wanted <= max(1, modes / 4) else { break }
      guard wanted > previous else { continue }
      previous = wanted
      let basis = OhmicBasis(on: interval, rank: wanted)
      let error = largestError(probes, basis)
      if error < best.error { best = CompressionReport(rank: basis.rank, error: error) }
      // A margin for other states.
      if error <= tolerance / 2 {
        kernel = KernelCompression.replaced(kernel, basis)
        return CompressionReport(rank: basis.rank, error: error)
      }
      // Rounding limits what more functions can reach.
      if basis.rank < wanted * 3 / 4 { break }
    }
    let reached =
      best.rank == 0
      ? "a rank that pays is at most \(modes / 4) for \(modes) modes"
      : "the smallest error reached is \(best.error), at rank \(best.rank)"
    return CompressionReport(
      rank: 0,
      error: best.error,
      refusal: "the kernel is not compressed to \(tolerance): \(reached)"
    )
  }

  /// The kernel with the functions in place of its ohmic modulations.
  static func replaced(_ kernel: RateKernel, _ basis: OhmicBasis) -> RateKernel {
    var result = RateKernel(separable: kernel.separable)
    for part in kernel.modulated {
      guard case .ohmic(let scaledEnergies) = part.modulation else {
        result.modulated.append(part)
        continue
      }
      // What is below 2⁻¹⁵⁰ is beyond all tolerances, and would only widen the windows of exact sums.
      let functions = scaledEnergies.map {
        basis.values(at: $0).map { abs($0) < 0x1p-150 ? 0 : $0 }
      }
      for channel in part.channels.channels {
        for s in 0..<basis.rank {
          var product = channel
          product.source = zip(channel.source, functions).map { $0 * $1[s] }
          product.sink = zip(channel.sink, functions).map { $0 * $1[s] }
          result.separable.channels.append(product)
        }
      }
    }
    return result
  }

  /// Sums over a sample that the functions must reproduce.
  private struct Probe {
    let energies: [Double]
    /// f_k n_k or g_k h_k.
    let weights: [Double]
    /// Σ_k S(k,q) w_k for each q.
    let sums: [Double]
  }

  private func probes(of sample: RateKernel) -> [Probe] {
    var probes: [Probe] = []
    for part in sample.modulated {
      guard case .ohmic(let energies) = part.modulation else { continue }
      let centre = energies.sorted()[energies.count / 2]
      let states = [
        energies.map { _ in 0 }, energies.map { $0 - centre }, disorder(energies.count, seed: 1),
        disorder(energies.count, seed: 2),
      ]
      for lambda in states {
        for channel in part.channels.channels {
          for (factor, sign) in [(channel.source, 1.0), (channel.sink, -1.0)] {
            let weights = zip(factor, lambda).map { $0 / (1 + .exp(sign * $1)) }
            let sums = energies.map { sink in
              zip(energies, weights).reduce(0) { $0 + Modulation.ohmic($1.0 - sink) * $1.1 }
            }
            probes.append(Probe(energies: energies, weights: weights, sums: sums))
          }
        }
      }
    }
    return probes
  }

  /// λ without any order, −4 … 4, from a linear congruential generator with the constants of MMIX.
  private func disorder(_ count: Int, seed: UInt64) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-50 - 4
    }
  }

  /// The largest relative error over the probes; infinite if a sum is not positive.
  private func largestError(_ probes: [Probe], _ basis: OhmicBasis) -> Double {
    var largest = 0.0
    var functions: [[Double]] = []
    for (index, probe) in probes.enumerated() {
      if index == 0 || probe.energies != probes[index - 1].energies {
        functions = probe.energies.map(basis.values(at:))
      }
      var moments = [Double](repeating: 0, count: basis.rank)
      for (weight, values) in zip(probe.weights, functions) {
        for s in 0..<basis.rank { moments[s] += weight * values[s] }
      }
      for (values, exact) in zip(functions, probe.sums) {
        var sum = 0.0
        for s in 0..<basis.rank { sum += moments[s] * values[s] }
        guard sum > 0 else { return .infinity }
        largest = max(largest, abs(sum - exact) / exact)
      }
    }
    return largest
  }
}
