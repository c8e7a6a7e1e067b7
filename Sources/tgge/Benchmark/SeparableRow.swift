import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import VectorMath

/// One measurement of the separable engine, next to the bandwidth and the arithmetic of the same core.
struct SeparableRow: BenchmarkRow {
  var engine = "separable"
  let modes: Int
  let channels: Int
  /// Of how many ranks the first did its share alone, without their messages; none in an ordinary run.
  let share: Int?
  let repeats: Int
  let evaluationSeconds: Double
  let fastestSeconds: Double
  let slowestSeconds: Double
  /// Of the first rank's processor, in the repeat with the least.
  let processorSeconds: Double
  let coreSecondsPerModeAndEvaluation: Double
  /// The 2R tables, e^λ and λ are read, λ̇ and the next e^λ are written.
  let bytesPerMode: Double
  /// Those that compute, on eight modes each; a division counts as one.
  let vectorInstructionsPerMode: Double
  /// Only where limits are measured.
  let triadBytesPerSecond: Double?
  /// Vector multiply-adds; only where limits are measured.
  let peakInstructionsPerSecond: Double?
  let verified: Bool
  /// The measured time over that of the bytes at the triad's bandwidth; only where both engines agree.
  let timeOverTriad: Double?
  /// The measured time over that of the instructions at the peak of multiply-adds; only where both engines
  /// agree.
  let timeOverArithmetic: Double?

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
    let (rank, ranks) = share.map { (0, $0) } ?? (communicator.rank, communicator.size)
    let partition = Partition.ofMoments(momenta: modes, bands: 1, rank: rank, ranks: ranks)
    var tables = try ModeTables(
      of: .ramanChain(drive: drive),
      on: grid,
      momenta: partition.ownedMomenta
    )
    let kernel = tables.takeKernel().separable
    var engine = try SeparableForce(
      kernel: kernel,
      partition: partition,
      communicator: communicator
    )
    let lambda = randomState(partition)
    let derivative = AlignedVector(count: partition.owned.count)
    try engine.enter(lambda)

    var bandwidths: [Double] = []
    var peaks: [Double] = []
    var timings = Timings()
    func evaluate() throws {
      try engine.step(1e-3, from: lambda, scale: 1, derivative: derivative.pointer)
    }
    // Small sizes are over in microseconds: as many of them as the clock can tell.
    let rounds = max(1, (1 << 16) / max(1, partition.modes(of: 0).count))
    for _ in 0..<repeats {
      if limits {
        bandwidths.append(MachineLimits.triadBytesPerSecond())
        peaks.append(MachineLimits.multiplyAddsPerSecond())
      }
      try evaluate()  // the triad has emptied the caches
      try timings.add(on: communicator, rounds: rounds, evaluate)
    }
    self.modes = modes
    self.repeats = repeats
    self.share = share
    channels = kernel.channels.count
    evaluationSeconds = timings.median
    fastestSeconds = timings.fastest
    slowestSeconds = timings.slowest
    processorSeconds = timings.leastWork
    coreSecondsPerModeAndEvaluation = evaluationSeconds / Double(max(1, partition.owned.count))
    bytesPerMode = Double(8 * (2 * channels + 4))
    vectorInstructionsPerMode =
      Double(engine.stageInstructions(terms: 1)) / Double(Vector.scalarCount)
    triadBytesPerSecond = limits ? middle(of: bandwidths) : nil
    peakInstructionsPerSecond = limits ? middle(of: peaks) : nil
    verified = try EngineCheck.passes(modes: modes, drive: drive, on: communicator)
    let bytesPerSecond = bytesPerMode / coreSecondsPerModeAndEvaluation
    timeOverTriad = verified ? triadBytesPerSecond.map { $0 / bytesPerSecond } : nil
    let instructionsPerSecond = vectorInstructionsPerMode / coreSecondsPerModeAndEvaluation
    timeOverArithmetic =
      verified ? peakInstructionsPerSecond.map { $0 / instructionsPerSecond } : nil
  }

  /// Writes a table for people.
  static func printTable(_ rows: [SeparableRow]) {
    print("\nseparable forces: one pass and one Allreduce for each stage of a step")
    print(
      "         L  R  ns/mode  bytes/mode  instructions/mode  triad GB/s  peak 1/ns  time over that of"
    )
    print(
      "                                                                             bytes  instructions"
    )
    for row in rows {
      let figures = String(
        format: "%10d  %d  %7.3f  %10.0f  %17.2f  %10.2f  %9.2f  ",
        row.modes,
        row.channels,
        1e9 * row.coreSecondsPerModeAndEvaluation,
        row.bytesPerMode,
        row.vectorInstructionsPerMode,
        (row.triadBytesPerSecond ?? .nan) * 1e-9,
        (row.peakInstructionsPerSecond ?? .nan) * 1e-9
      )
      let ratios = String(
        format: "%5.2f  %12.2f",
        row.timeOverTriad ?? .nan,
        row.timeOverArithmetic ?? .nan
      )
      print(figures + rating(ratios, if: row.verified))
    }
  }
}
