import CProcessor
import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import VectorMath

/// One measurement of the direct engine, next to the peak of multiply-adds of the same core.
struct DirectRow: BenchmarkRow {
  var engine = "direct"
  let modes: Int
  let channels: Int
  let ranks: Int
  let processor = String(cString: tgge_processor_brand())
  let evaluationSeconds: Double
  let pairsPerSecondAndRank: Double
  let instructionsPerSecond: Double
  let peakInstructionsPerSecond: Double
  let fractionOfPeak: Double

  /// Measures.
  ///
  /// Collective.
  init(modes: Int, drive: Double, repeats: Int, on communicator: some Communicator) throws {
    let grid = try MomentumGrid(extents: [modes])
    var tables = try ModeTables(of: paperChain(drive: drive), on: grid, momenta: 0..<modes)
    let kernel = tables.takeKernel()
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    var engine = DirectForce(kernel: kernel, partition: partition, communicator: communicator)
    let lambda = randomState(partition)
    var gain = AlignedVector(count: partition.owned.count)
    var loss = AlignedVector(count: partition.owned.count)

    var peaks: [Double] = []
    var times: [Double] = []
    for _ in 0..<repeats {
      peaks.append(MachineLimits.multiplyAddsPerSecond())
      times.append(
        try seconds(on: communicator) { try engine.rates(at: lambda, gain: &gain, loss: &loss) }
      )
    }
    self.modes = modes
    channels = kernel.separable.channels.count
    ranks = communicator.size
    evaluationSeconds = median(times)
    pairsPerSecondAndRank = Double(modes) * Double(partition.owned.count) / evaluationSeconds
    let perPair = Double(2 * channels + 2) / Double(Vector.scalarCount)
    instructionsPerSecond = pairsPerSecondAndRank * perPair
    peakInstructionsPerSecond = median(peaks)
    fractionOfPeak = instructionsPerSecond / peakInstructionsPerSecond
  }

  /// Writes a table for people.
  static func printTable(_ rows: [DirectRow]) {
    print("\ndirect forces: 2R + 2 vector instructions for eight pairs")
    print("         L  R  pairs/s and rank  instructions/s  peak of the core  of the peak")
    for row in rows {
      print(
        String(
          format: "%10d  %d  %16.3e  %14.3e  %16.3e  %9.1f %%",
          row.modes,
          row.channels,
          row.pairsPerSecondAndRank,
          row.instructionsPerSecond,
          row.peakInstructionsPerSecond,
          100 * row.fractionOfPeak
        )
      )
    }
  }
}
