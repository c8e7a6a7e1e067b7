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
  /// Of how many ranks the first did its share alone, without their messages; none in an ordinary run.
  let share: Int?
  /// Whether the ranks of a host have the tables once.
  let sharesMemory: Bool
  let repeats: Int
  let evaluationSeconds: Double
  let fastestSeconds: Double
  let slowestSeconds: Double
  /// Of the first rank's processor, in the repeat with the least.
  let processorSeconds: Double
  let coreSecondsPerModeAndEvaluation: Double
  let pairsPerSecondAndRank: Double
  let instructionsPerSecond: Double
  /// Only where limits are measured.
  let peakInstructionsPerSecond: Double?
  let verified: Bool
  /// Only where both engines agree.
  let fractionOfPeak: Double?

  /// Measures.
  ///
  /// Collective.
  init(
    modes: Int,
    drive: Double,
    repeats: Int,
    share: Int?,
    limits: Bool,
    on communicator: some Communicator
  ) throws {
    let grid = try MomentumGrid(extents: [modes])
    let model = try OpenLattice.ramanChain(drive: drive)
    let (rank, ranks) = share.map { (0, $0) } ?? (communicator.rank, communicator.size)
    let partition = Partition(momenta: modes, bands: 1, rank: rank, ranks: ranks)
    var found = 0
    var engine = try DirectForce(partition: partition, communicator: communicator) { momenta in
      var tables = try ModeTables(of: model, on: grid, momenta: momenta)
      let kernel = tables.takeKernel()
      found = kernel.separable.channels.count
      return kernel
    }
    let lambda = randomState(partition)
    var gain = AlignedVector(count: partition.owned.count)
    var loss = AlignedVector(count: partition.owned.count)

    var peaks: [Double] = []
    var timings = Timings()
    for _ in 0..<repeats {
      if limits { peaks.append(MachineLimits.multiplyAddsPerSecond()) }
      try timings.add(on: communicator) { try engine.rates(at: lambda, gain: &gain, loss: &loss) }
    }
    self.modes = modes
    self.repeats = repeats
    self.share = share
    channels = found
    sharesMemory = communicator.host != nil
    evaluationSeconds = timings.median
    fastestSeconds = timings.fastest
    slowestSeconds = timings.slowest
    processorSeconds = timings.leastWork
    let owned = Double(max(1, partition.owned.count))
    coreSecondsPerModeAndEvaluation = evaluationSeconds / owned
    pairsPerSecondAndRank = Double(modes) * owned / evaluationSeconds
    let perPair = Double(2 * channels + 2) / Double(Vector.scalarCount)
    instructionsPerSecond = pairsPerSecondAndRank * perPair
    peakInstructionsPerSecond = limits ? middle(of: peaks) : nil
    verified = try EngineCheck.passes(modes: modes, drive: drive, on: communicator)
    let fraction = peakInstructionsPerSecond.map { [instructionsPerSecond] in
      instructionsPerSecond / $0
    }
    fractionOfPeak = verified ? fraction : nil
  }

  /// Writes a table for people.
  static func printTable(_ rows: [DirectRow]) {
    print("\ndirect forces: 2R + 2 vector instructions for eight pairs")
    print("         L  R  pairs/s and rank  instructions/s  peak of the core  of the peak")
    for row in rows {
      let figures = String(
        format: "%10d  %d  %16.3e  %14.3e  %16.3e  ",
        row.modes,
        row.channels,
        row.pairsPerSecondAndRank,
        row.instructionsPerSecond,
        row.peakInstructionsPerSecond ?? .nan
      )
      let share = String(format: "%9.1f %%", 100 * (row.fractionOfPeak ?? .nan))
      print(figures + rating(share, if: row.verified))
    }
  }
}
