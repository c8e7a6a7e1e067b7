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

/// The command `tgge benchmark steady`.
struct SteadyBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady",
    abstract: "Measures steady states, and in turn with them force evaluations.",
    discussion: """
      The chain of the paper: one steady state at drive 0.5 from a cold start, and points along a line of \
      drives from 0 to 1, each with its certificate, currents, responses and digest. Times are also in \
      units of one force evaluation (R = 2) in the same run.
      """
  )

  @Option(help: "Momentum modes L of the chain.")
  var modes = 100_000

  @Option(help: "Points of the line of drives.")
  var points = 101

  @Flag(help: "Without responses to drive and filling.")
  var withoutResponses = false

  @Flag(help: "Writes one JSON object.")
  var json = false

  func validate() throws {
    guard (8...1 << 34).contains(modes), (2...100_000).contains(points) else {
      throw ValidationError("--modes must be 8 or more, --points 2 or more")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    let owned = Double(modes) / Double(communicator.size)
    try MemoryCheck.require(40 * 8 * owned, on: communicator) { UsageError("--modes: \($0)") }
    let row = try SteadyRow(
      modes: modes,
      points: points,
      responses: !withoutResponses,
      on: communicator
    )
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      if json { try row.printJSON() } else { row.printTable() }
    }
  }
}

/// Steady states next to force evaluations.
struct SteadyRow: BenchmarkRow {
  var engine = "steady"
  let modes: Int
  let ranks: Int
  let processor = String(cString: tgge_processor_brand())
  let evaluationSeconds: Double
  /// From a cold start, with tabulation.
  let coldPasses: Int
  let coldSeconds: Double
  /// Of that, the tables of the lattice, measured by itself.
  let tabulationSeconds: Double
  let points: Int
  let passesPerPoint: Double
  let lineSeconds: Double
  let evaluationsOfLine: Double
  let largestResidual: Double

  /// Measures.
  ///
  /// Collective.
  init(modes: Int, points: Int, responses: Bool, on communicator: some Communicator) throws {
    func setup(_ drive: Double) throws -> StudySetup {
      var model = try paperChain(drive: drive)
      model.baths[0].slope = -1
      model.baths[1].slope = 1
      return StudySetup(model: model, grid: try MomentumGrid(extents: [modes]))
    }
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    var tables = try ModeTables(
      of: setup(0.5).model,
      on: MomentumGrid(extents: [modes]),
      momenta: partition.ownedMomenta
    )
    var force = try SeparableForce(
      kernel: tables.takeKernel().separable,
      partition: partition,
      communicator: communicator
    )
    let lambda = randomState(partition)
    let derivative = AlignedVector(count: partition.owned.count)
    func evaluation() throws -> Double {
      let rounds = max(10, (1 << 21) / max(1, partition.owned.count))
      let time = try seconds(on: communicator) {
        for _ in 0..<rounds {
          try force.derivative(at: lambda, scale: 1, into: derivative.pointer)
        }
      }
      return time / Double(rounds)
    }

    var branch = SteadyBranch(responses: responses, verifiedModes: 0, over: communicator)
    // Tabulates, so that the line does not.
    _ = try branch.solve(setup(0))
    _ = try evaluation()
    var evaluations = [try evaluation()]
    var cold = SteadyBranch(responses: responses, verifiedModes: 0, over: communicator)
    var iterations = 0
    coldSeconds = try seconds(on: communicator) {
      iterations = try cold.solve(setup(0.5)).iterations
    }
    coldPasses = iterations
    tabulationSeconds = try seconds(on: communicator) {
      _ = try ModeTables(
        of: setup(0.5).model,
        on: MomentumGrid(extents: [modes]),
        momenta: partition.ownedMomenta
      )
    }

    var passes = 0
    var residual = 0.0
    lineSeconds = try seconds(on: communicator) {
      for point in 0..<points {
        let drive = Double(point) / Double(points - 1)
        let found = try branch.solve(setup(drive), at: drive)
        passes += found.iterations
        residual = max(residual, found.certificate.residual)
      }
    }
    evaluations.append(try evaluation())
    self.modes = modes
    ranks = communicator.size
    evaluationSeconds = median(evaluations)
    self.points = points
    passesPerPoint = Double(passes) / Double(points)
    evaluationsOfLine = lineSeconds / evaluationSeconds
    largestResidual = residual
  }

  /// Writes a table for people.
  func printTable() {
    print("\(processor), \(ranks) \(ranks == 1 ? "rank" : "ranks"), L = \(modes)")
    print(String(format: "force evaluation (R = 2)   %10.3e s", evaluationSeconds))
    print(
      String(
        format: "steady state, cold start   %10.3e s, %d passes, %.1f force evaluations",
        coldSeconds,
        coldPasses,
        coldSeconds / evaluationSeconds
      )
    )
    print(String(format: "tables of the lattice      %10.3e s", tabulationSeconds))
    print(
      String(
        format: "line of %4d drives        %10.3e s, %.2f passes for each, "
          + "%.0f force evaluations",
        points,
        lineSeconds,
        passesPerPoint,
        evaluationsOfLine
      )
    )
    print(String(format: "largest residual           %10.1e", largestResidual))
  }
}
