import Communication
import Dissipation
import Kinetics
import Lattice
import Testing
import VectorMath

extension MultiRank {
  @Suite("Allocations of steps", .enabled(if: countsAllocations))
  struct EvolutionAllocations {
    let world = MultiRank.world

    @Test("A hundred steps with direct forces allocate nothing in Swift code")
    func direct() throws {
      let partition = Partition(momenta: 300, bands: 1, over: world)
      let kernel = try model.kernel(
        on: BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<300)
      )
      let engine = DirectForce(kernel: kernel, partition: partition, communicator: world)
      #expect(try allocationsOfSteps(engine) == 0)
    }

    @Test("A hundred steps with separable forces allocate nothing in Swift code")
    func separable() throws {
      let partition = Partition(momenta: 300, bands: 1, over: world)
      let bands = try BandStructure(
        of: model.hamiltonian,
        on: grid,
        momenta: partition.ownedMomenta
      )
      let engine = try SeparableForce(
        kernel: model.kernel(on: bands).separable,
        partition: partition,
        communicator: world
      )
      #expect(try allocationsOfSteps(engine) == 0)
    }

    @Test("Implicit steps allocate nothing in Swift code")
    func implicit() throws {
      let partition = Partition(momenta: 300, bands: 1, over: world)
      let bands = try BandStructure(
        of: model.hamiltonian,
        on: grid,
        momenta: partition.ownedMomenta
      )
      var evolution = try ImplicitEvolution(
        kernel: ScaledKernel(
          model.kernel(on: bands).separable,
          modes: partition.owned.count,
          over: world
        ),
        rate: 0.05,
        from: AlignedVector(partition.owned.map { _ in 0 }),
        control: StepControl(relativeTolerance: 1e-10, absoluteTolerance: 1e-10),
        partition: partition,
        over: world
      )
      try evolution.advance(to: 0.1)
      let before = evolution.statistics.steps
      let found = try allocations { try evolution.advance(to: 100) }
      #expect(evolution.statistics.steps >= before + 10)
      #expect(found == 0)
    }

    private var model: OpenLattice {
      get throws {
        OpenLattice(
          hamiltonian: try .tightBinding(hopping: 1),
          baths: [
            WeightedBath(ThermalBath(inverseTemperature: 2), weight: 0.5),
            WeightedBath(
              JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
              weight: 0.5
            ),
          ],
          coupling: 0.05
        )
      }
    }

    private var grid: MomentumGrid {
      get throws { try MomentumGrid(extents: [300]) }
    }

    /// Counts what a hundred accepted steps of step control allocate, after the first few.
    private func allocationsOfSteps<Engine: ForceEngine & ~Copyable>(
      _ engine: consuming Engine
    ) throws -> Int {
      let partition = engine.partition
      var evolution = Evolution(
        RateEquation(engine: engine, rate: 0.05),
        from: AlignedVector(partition.owned.map { _ in 0 }),
        control: StepControl(relativeTolerance: 1e-12, absoluteTolerance: 1e-12),
        over: world
      )
      try evolution.advance(to: 0.1)
      let before = evolution.statistics.steps
      var end = 0.1
      let found = try allocations {
        while evolution.statistics.steps < before + 100 {
          end += 1
          try evolution.advance(to: end)
        }
      }
      #expect(evolution.statistics.steps >= before + 100)
      return found
    }
  }
}
