import Communication
import Dissipation
import Foundation
import Kinetics
import Lattice
import Studies
import VectorMath

/// Steady states next to force evaluations.
struct SteadyLineRow: BenchmarkRow {
  var command = "steady-line"
  var engine = "separable"
  let modes: Int
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
  /// Whether both engines agree; a state that is not steady is an error.
  let verified: Bool

  /// Measures.
  ///
  /// Collective.
  init(modes: Int, points: Int, responses: Bool, on communicator: some Communicator) throws {
    func setup(_ drive: Double) throws -> StudySetup {
      StudySetup(
        model: try .ramanChain(drive: drive),
        grid: try MomentumGrid(extents: [modes])
      )
    }
    let partition = Partition.ofMoments(momenta: modes, bands: 1, over: communicator)
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
      // The same number on all ranks, whether they own one mode more or less.
      let rounds = max(10, min(1000, (1 << 21) / max(1, partition.modes(of: 0).count)))
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
    evaluationSeconds = middle(of: evaluations)
    self.points = points
    passesPerPoint = Double(passes) / Double(points)
    evaluationsOfLine = lineSeconds / evaluationSeconds
    largestResidual = residual
    verified = try EngineCheck.passes(modes: modes, drive: 0.5, on: communicator)
  }

  /// Writes a table for people.
  func printTable() {
    print("\nsteady states of the chain, L = \(modes)")
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
