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
      The chain of the paper with R = 1 (thermal bath) and R = 2 (thermal and Raman bath). Limits and \
      forces are measured alternately in one process; figures are medians over the repeats.
      """
  )

  @Option(help: "Momentum modes L of the chain; by default 2^14, and 2^22 for moments as well.")
  var modes: Int?

  @Option(help: "Which engine; auto measures both.")
  var forces: ForceChoice = .auto

  @Option(help: "How often each figure is measured.")
  var repeats = 7

  @Flag(help: "Writes one JSON object for each row.")
  var json = false

  func validate() throws {
    guard (8...1 << 34).contains(modes ?? 8) else {
      throw ValidationError("--modes must be 8 or more")
    }
    guard (1...1000).contains(repeats) else {
      throw ValidationError("--repeats must be between 1 and 1000")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    // The direct engine has tables of all modes on each rank, and other arrays are some twenty.
    let owned = Double(modes ?? 1 << 22) / Double(forces == .separable ? communicator.size : 1)
    try MemoryCheck.require(20 * 8 * owned, on: communicator) { UsageError("--modes: \($0)") }
    let drives = [0, 0.5]
    var direct: [DirectRow] = []
    var separable: [SeparableRow] = []
    var sums: [SumRow] = []
    if forces != .separable {
      for drive in drives {
        direct.append(
          try DirectRow(modes: modes ?? 1 << 14, drive: drive, repeats: repeats, on: communicator)
        )
      }
    }
    if forces != .direct {
      for modes in modes.map({ [$0] }) ?? [1 << 14, 1 << 22] {
        for drive in drives {
          separable.append(
            try SeparableRow(modes: modes, drive: drive, repeats: repeats, on: communicator)
          )
        }
      }
      for channels in [1, 2] { sums.append(try SumRow(channels: channels, on: communicator)) }
    }
    if json {
      try communicator.agree {
        guard communicator.rank == 0 else { return }
        try (direct as [any BenchmarkRow] + separable + sums).forEach { try $0.printJSON() }
      }
      return
    }
    guard communicator.rank == 0 else { return }
    let ranks = communicator.size
    print("\(String(cString: tgge_processor_brand())), \(ranks) \(ranks == 1 ? "rank" : "ranks")")
    if !direct.isEmpty { DirectRow.printTable(direct) }
    if !separable.isEmpty { SeparableRow.printTable(separable) }
    if !sums.isEmpty { SumRow.printTable(sums) }
  }
}

/// A line of a benchmark.
protocol BenchmarkRow: Encodable {}

extension BenchmarkRow {
  /// Writes the row as one line of JSON.
  func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}

/// The middle of some figures.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The time that `body` takes, in seconds, from when all ranks begin.
///
/// Collective.
func seconds(
  on communicator: some Communicator,
  _ body: () throws -> Void
) throws -> Double {
  try communicator.barrier()
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// The paper's chain, with R = 1 for the drives 0 and 1, else 2.
func paperChain(drive: Double) throws -> OpenLattice {
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
