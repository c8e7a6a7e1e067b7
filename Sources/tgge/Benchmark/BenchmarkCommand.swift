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

/// The command `tgge benchmark`.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures the program next to the limits of the machine.",
    subcommands: [ForcesBenchmark.self, SteadyBenchmark.self, CheckpointBenchmark.self]
  )
}
