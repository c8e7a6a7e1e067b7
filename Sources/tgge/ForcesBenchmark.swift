import ArgumentParser
import CProcessor
import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import MPICommunication
import Studies
import VectorMath

/// The command `tgge benchmark forces`.
struct ForcesBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "forces",
    abstract: "Measures force evaluations, and in turn with them the limits of the same core.",
    discussion: """
      The chain of the paper with R = 1 (thermal bath) and R = 2 (thermal and Raman bath). Figures \
      are medians over the repeats; limits and forces are measured alternately in one process.
      """
  )

  @Option(help: "Momentum modes L of the chain.")
  var modes = 1 << 14

  @Option(help: "How often each figure is measured.")
  var repeats = 7

  @Flag(help: "Writes one JSON object for each row.")
  var json = false

  func validate() throws {
    guard (8...1 << 34).contains(modes) else { throw ValidationError("--modes must be 8 or more") }
    guard (1...1000).contains(repeats) else {
      throw ValidationError("--repeats must be between 1 and 1000")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    var rows: [DirectRow] = []
    for drive in [0, 0.5] { rows.append(try measureDirect(drive: drive, on: communicator)) }
    guard communicator.rank == 0 else { return }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      for row in rows { print(String(decoding: try encoder.encode(row), as: UTF8.self)) }
      return
    }
    print("\(String(cString: tgge_processor_brand())), \(communicator.size) ranks, L = \(modes)")
    print("direct forces, 2R + 2 vector instructions for 8 pairs")
    print("  R  pairs/s and rank  instructions/s  FMA peak of the core  of the peak")
    for row in rows { print(row.line) }
  }

  /// One measurement of the direct engine.
  struct DirectRow: Encodable {
    var engine = "direct"
    let modes: Int
    let channels: Int
    let ranks: Int
    let processor = String(cString: tgge_processor_brand())
    let pairsPerSecondAndRank: Double
    let instructionsPerSecond: Double
    let peakInstructionsPerSecond: Double
    let fractionOfPeak: Double
    let evaluationSeconds: Double

    var line: String {
      String(
        format: "  %d  %16.3e  %14.3e  %20.3e  %9.1f %%",
        channels,
        pairsPerSecondAndRank,
        instructionsPerSecond,
        peakInstructionsPerSecond,
        100 * fractionOfPeak
      )
    }
  }

  private func measureDirect(
    drive: Double,
    on communicator: MPICommunicator
  ) throws -> DirectRow {
    let grid = try MomentumGrid(extents: [modes])
    let kernel = try ModeTables(
      of: ForcesBenchmark.chain(drive: drive),
      on: grid,
      momenta: 0..<modes
    ).kernel
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    var engine = DirectForce(kernel: kernel, partition: partition, communicator: communicator)
    let lambda = AlignedVector(partition.owned.map { Double($0 % 17) / 8 - 1 })
    var gain = AlignedVector(count: partition.owned.count)
    var loss = AlignedVector(count: partition.owned.count)

    var peaks: [Double] = []
    var seconds: [Double] = []
    for _ in 0..<repeats {
      peaks.append(MachineLimits.multiplyAddsPerSecond())
      try communicator.barrier()
      let start = ContinuousClock.now
      try engine.rates(at: lambda, gain: &gain, loss: &loss)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    let (peak, time) = (ForcesBenchmark.median(peaks), ForcesBenchmark.median(seconds))
    let channels = kernel.separable.channels.count
    let pairs = Double(modes) * Double(partition.owned.count) / time
    let instructions = pairs * Double(2 * channels + 2) / Double(Vector.scalarCount)
    return DirectRow(
      modes: modes,
      channels: channels,
      ranks: communicator.size,
      pairsPerSecondAndRank: pairs,
      instructionsPerSecond: instructions,
      peakInstructionsPerSecond: peak,
      fractionOfPeak: instructions / peak,
      evaluationSeconds: time
    )
  }

  /// The paper's chain.
  static func chain(drive: Double) throws -> OpenLattice {
    OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 1 - drive),
        WeightedBath(
          JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
          weight: drive
        ),
      ],
      coupling: 0.05
    )
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
