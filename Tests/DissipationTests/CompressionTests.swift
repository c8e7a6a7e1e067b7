import Dissipation
import Lattice
import RealModule
import Testing

@Suite("Compression of ohmic kernels")
struct CompressionTests {
  private struct Compressed {
    let energies: [Double]
    let dense: RateKernel
    let kernel: RateKernel
    let report: CompressionReport
  }

  private func compress(
    beta: Double,
    tolerance: Double,
    modes: Int = 800
  ) throws -> Compressed {
    let bands = try BandStructure(
      of: .tightBinding(hopping: 1),
      on: MomentumGrid(extents: [modes]),
      momenta: 0..<modes
    )
    let dense = try ThermalBath(inverseTemperature: beta, spectrum: .ohmic).kernel(on: bands)
    var kernel = dense
    let report = KernelCompression(tolerance: tolerance).compress(
      &kernel,
      sample: dense,
      interval: -2 * beta...2 * beta,
      modes: modes
    )
    return Compressed(energies: bands.energies, dense: dense, kernel: kernel, report: report)
  }

  @Test(
    "Every gain keeps the tolerance, in states that the compression has not seen",
    arguments: [(2.0, 1e-12), (2, 1e-6), (10, 1e-12), (20, 1e-9)]
  )
  func gains(beta: Double, tolerance: Double) throws {
    let found = try compress(beta: beta, tolerance: tolerance)
    #expect(found.report.refusal == nil)
    #expect(found.kernel.isSeparable)
    #expect(found.report.error <= tolerance)
    #expect(found.kernel.separable.channels.count == found.report.rank)
    let modes = found.energies.count
    for state in 0..<3 {
      let n = found.energies.enumerated().map { index, energy in
        switch state {
        case 0: 1 / (1 + Double.exp(0.5 * beta * energy))
        case 1: 0.2
        default: 0.5 + 0.4 * Double.sin(7 * Double(index * index))
        }
      }
      for q in stride(from: 0, to: modes, by: 23) {
        var (exact, sum) = (0.0, 0.0)
        for k in 0..<modes { exact += found.dense.rate(from: k, to: q) * n[k] }
        for channel in found.kernel.separable.channels {
          let moment = zip(channel.source, n).reduce(0) { $0 + $1.0 * $1.1 }
          sum += channel.coupling * channel.sink[q] * moment
        }
        #expect(sum > 0)
        #expect(abs(sum - exact) <= tolerance * exact)
      }
    }
  }

  @Test("Detailed balance survives: the Gibbs state is stationary", arguments: [2.0, 10, 20])
  func balance(beta: Double) throws {
    let found = try compress(beta: beta, tolerance: 1e-8)
    let channels = found.kernel.separable.channels
    let n = found.energies.map { 1 / (1 + Double.exp(beta * $0)) }
    let h = found.energies.map { 1 / (1 + Double.exp(-beta * $0)) }
    let moments = channels.map { channel in
      (
        zip(channel.source, n).reduce(0) { $0 + $1.0 * $1.1 },
        zip(channel.sink, h).reduce(0) { $0 + $1.0 * $1.1 }
      )
    }
    for q in stride(from: 0, to: n.count, by: 11) {
      var (gain, loss) = (0.0, 0.0)
      for (channel, moment) in zip(channels, moments) {
        gain += channel.sink[q] * moment.0
        loss += channel.source[q] * moment.1
      }
      // Far below the tolerance of each of them: their errors are equal.
      #expect(abs(gain * h[q] - loss * n[q]) <= 1e-12 * (gain * h[q] + loss * n[q]))
    }
  }

  @Test("A tighter tolerance takes more functions")
  func ranks() throws {
    let ranks = try [1e-4, 1e-8, 1e-12].map { try compress(beta: 2, tolerance: $0).report.rank }
    #expect(ranks == ranks.sorted())
    #expect(Set(ranks).count == 3)
    #expect(ranks[2] <= 24)
  }

  @Test("What cannot be reached is refused, and the kernel stays as it was")
  func refusals() throws {
    let impossible = try compress(beta: 20, tolerance: 1e-14)
    #expect(impossible.kernel == impossible.dense)
    #expect(impossible.report.rank == 0)
    #expect(impossible.report.refusal != nil)
    let small = try compress(beta: 2, tolerance: 1e-12, modes: 20)
    #expect(small.kernel == small.dense)
    #expect(small.report.refusal?.contains("at most 5") == true)
  }
}
