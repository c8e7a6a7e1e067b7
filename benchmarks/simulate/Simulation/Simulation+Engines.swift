import CMPI
import Communication
import Dissipation
import Kinetics
import Lattice
import MPICommunication
import Studies
import VectorMath

/// The work as the program does it, on the chain of the paper with R = 2.
extension Simulation {
  /// The simulated time of a round of the engines themselves.
  ///
  /// Collective.
  func engineSeconds(over communicator: MPICommunicator) throws -> Double {
    let model = try OpenLattice.ramanChain(drive: 0.5)
    let grid = try MomentumGrid(extents: [modes])
    switch work {
    case .direct, .separable:
      return try evaluationSeconds(model, grid, over: communicator)
    case .shared:
      return try communicator.sharingMemory { try evaluationSeconds(model, grid, over: $0) }
    case .evolve:
      let control = StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10)
      let setup = StudySetup(model: model, grid: grid)
      // Explicit steps, as `tgge benchmark evolve` takes them.
      let study = EvolveStudy(
        setup,
        outputTimes: [0, 1],
        control: control,
        method: .explicit
      )
      var shortest = Double.infinity
      for _ in 0..<rounds {
        var watch = Stopwatch()
        _ = try study.run(over: communicator, observer: &watch)
        shortest = min(shortest, try communicator.maximum(watch.seconds))
      }
      return shortest
    case .steady:
      let study = SteadyStudy(StudySetup(model: model, grid: grid))
      return try timed(over: communicator) { _ = try study.run(over: communicator) }
    }
  }

  private func evaluationSeconds(
    _ model: OpenLattice,
    _ grid: MomentumGrid,
    over communicator: MPICommunicator
  ) throws -> Double {
    let partition =
      work == .separable
      ? Partition.ofMoments(momenta: modes, bands: 1, over: communicator)
      : Partition(momenta: modes, bands: 1, over: communicator)
    let lambda = randomState(partition)
    if work != .separable {
      var engine = try DirectForce(partition: partition, communicator: communicator) { momenta in
        var tables = try ModeTables(of: model, on: grid, momenta: momenta)
        return tables.takeKernel()
      }
      var gain = AlignedVector(count: partition.owned.count)
      var loss = AlignedVector(count: partition.owned.count)
      return try timed(over: communicator) {
        try engine.rates(at: lambda, gain: &gain, loss: &loss)
      }
    }
    var tables = try ModeTables(of: model, on: grid, momenta: partition.ownedMomenta)
    var engine = try SeparableForce(
      kernel: tables.takeKernel().separable,
      partition: partition,
      communicator: communicator
    )
    let derivative = AlignedVector(count: partition.owned.count)
    return try timed(over: communicator) {
      try engine.derivative(at: lambda, scale: 1, into: derivative.pointer)
    }
  }
}

/// Takes the simulated time from the first output of an evolution to its end.
private struct Stopwatch: EvolveObserver {
  private var start: Double?
  private(set) var seconds = 0.0

  mutating func didReach(_ output: EvolveOutput, _ lambda: borrowing AlignedVector) {
    start = start ?? MPI_Wtime()
  }
  mutating func willFinish(_ lambda: borrowing AlignedVector, partition: Partition) {
    seconds = MPI_Wtime() - (start ?? 0)
  }
}
