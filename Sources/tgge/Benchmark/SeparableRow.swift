import CProcessor
import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import VectorMath

/// One measurement of the separable engine, next to the bandwidth of the same core.
struct SeparableRow: BenchmarkRow {
  var engine = "separable"
  let modes: Int
  let channels: Int
  let ranks: Int
  let processor = String(cString: tgge_processor_brand())
  let evaluationSeconds: Double
  let nanosecondsPerMode: Double
  /// λ and the 2R tables are read twice, λ̇ is written once.
  let bytesPerMode: Double
  let triadBytesPerSecond: Double
  /// The measured time over that of the bytes at the triad's bandwidth.
  let timeOverTriad: Double

  /// Measures.
  ///
  /// Collective.
  init(modes: Int, drive: Double, repeats: Int, on communicator: some Communicator) throws {
    let grid = try MomentumGrid(extents: [modes])
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    var tables = try ModeTables(
      of: paperChain(drive: drive),
      on: grid,
      momenta: partition.ownedMomenta
    )
    var engine = try SeparableForce(
      kernel: tables.takeKernel().separable,
      partition: partition,
      communicator: communicator
    )
    let lambda = randomState(partition)
    let derivative = AlignedVector(count: partition.owned.count)

    var bandwidths: [Double] = []
    var times: [Double] = []
    // Small sizes are over in microseconds: enough of them to see.
    let rounds = max(1, (1 << 20) / max(1, partition.owned.count))
    for _ in 0..<repeats {
      bandwidths.append(MachineLimits.triadBytesPerSecond())
      let time = try seconds(on: communicator) {
        for _ in 0..<rounds {
          try engine.derivative(at: lambda, scale: 1, into: derivative.pointer)
        }
      }
      times.append(time / Double(rounds))
    }
    self.modes = modes
    channels = drive > 0 && drive < 1 ? 2 : 1
    ranks = communicator.size
    evaluationSeconds = median(times)
    nanosecondsPerMode = 1e9 * evaluationSeconds / Double(max(1, partition.owned.count))
    bytesPerMode = Double(8 * (2 * (2 * channels + 1) + 1))
    triadBytesPerSecond = median(bandwidths)
    timeOverTriad = nanosecondsPerMode * 1e-9 * triadBytesPerSecond / bytesPerMode
  }

  /// Writes a table for people.
  static func printTable(_ rows: [SeparableRow]) {
    print("\nseparable forces: two passes and one Allreduce for each evaluation")
    print("         L  R  ns/mode  bytes/mode  triad GB/s  time/triad time of its bytes")
    for row in rows {
      print(
        String(
          format: "%10d  %d  %7.3f  %10.0f  %10.2f  %10.2f",
          row.modes,
          row.channels,
          row.nanosecondsPerMode,
          row.bytesPerMode,
          row.triadBytesPerSecond * 1e-9,
          row.timeOverTriad
        )
      )
    }
  }
}
