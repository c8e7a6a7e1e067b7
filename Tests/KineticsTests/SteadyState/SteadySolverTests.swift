import Communication
import Dissipation
import Kinetics
import Lattice
import RealModule
import TestSupport
import Testing
import VectorMath

@Suite("Steady solver")
struct SteadySolverTests {
  private let world = SerialCommunicator()

  /// A solver at a uniform state of a random model.
  private func solver(
    _ random: RandomModel,
    filling: Double
  ) throws -> (SteadySolver<SerialCommunicator>) {
    let kernel = try random.kernel
    let modes = random.grid.count * random.model.hamiltonian.orbitals.count
    let partition = Partition(
      momenta: random.grid.count,
      bands: random.model.hamiltonian.orbitals.count,
      over: world
    )
    var solver = try SteadySolver(
      kernel: kernel.separable,
      partition: partition,
      over: world
    )
    let start = uniform(modes, filling)
    solver.impose(filling: filling, idle: start)
    try solver.begin(at: start)
    return solver
  }

  private func uniform(_ modes: Int, _ filling: Double) -> AlignedVector {
    AlignedVector([Double](repeating: .log((1 - filling) / filling), count: modes))
  }

  private func residual(_ random: RandomModel, at lambda: borrowing AlignedVector) throws -> Double
  {
    var engine = DirectForce(
      kernel: try random.kernel,
      partition: Partition(
        momenta: random.grid.count,
        bands: random.model.hamiltonian.orbitals.count,
        over: world
      ),
      communicator: world
    )
    return try certify(lambda, with: &engine, over: world).residual
  }

  @Test(
    "Newton's method and an accelerated fixed point find the same steady state of random models",
    arguments: [1, 2, 3],
    [1, 2, 3, 4]
  )
  func randomModels(dimension: Int, orbitals: Int) throws {
    for (beta, filling) in [(0.0, 0.5), (2, 0.3), (5, 0.7)] {
      let random = try RandomModel(
        dimension: dimension,
        orbitals: orbitals,
        beta: beta,
        seed: UInt64(10 * dimension + orbitals)
      )
      let modes = random.grid.count * orbitals

      let newton = uniform(modes, filling)
      var solver = try solver(random, filling: filling)
      #expect(try solver.iterate(responses: false).converged, "β = \(beta)")
      _ = try solver.settle(into: newton)
      #expect(try residual(random, at: newton) < 1e-12, "β = \(beta)")
      let number = newton.buffer.reduce(0) { $0 + 1 / (1 + .exp($1)) }
      #expect(abs(number - filling * Double(modes)) < 1e-11)

      let fixed = uniform(modes, filling)
      #expect(try solver.iterateFixedPoint(fixed) < 100)
      for mode in 0..<modes {
        #expect(abs(fixed[mode] - newton[mode]) < 1e-10)
      }
    }
  }

  @Test("What one pass certifies bounds the exact residual, and a wrong state has no certificate")
  func settling() throws {
    let model = OpenLattice(
      hamiltonian: try .tightBinding(hopping: 1),
      baths: [
        WeightedBath(ThermalBath(inverseTemperature: 2), weight: 0.4),
        WeightedBath(
          JumpBath(operators: [.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))]),
          weight: 0.6
        ),
      ],
      coupling: 0.05
    )
    let grid = try MomentumGrid(extents: [50])
    let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<50)
    var solver = try SteadySolver(
      kernel: try model.kernel(on: bands).separable,
      partition: Partition(momenta: 50, bands: 1, over: world),
      over: world
    )
    let lambda = uniform(50, 0.4)
    solver.impose(filling: 0.4, idle: lambda)
    try solver.begin(at: lambda)
    #expect(try solver.iterate(responses: false).converged)
    let bound = try solver.settle(into: lambda)
    let exact = try solver.judge(lambda)
    #expect(bound.certificate.residual <= 1e-12)
    #expect(exact.certificate.residual <= bound.certificate.residual)
    #expect(bound.digest == exact.digest && bound.number == exact.number)
    #expect(abs(bound.number - 20) < 1e-12)

    // Moments for A_r, and for B_r too, that are off by some factor: no bound holds, and λ is not steady.
    let variables = solver.variables
    for shift in [-3.0, -1, 0.1, 1, 3] {
      for parity in 0...1 {
        solver.variables = variables.enumerated().map { $1 + ($0 % 2 == parity ? shift : 0) }
        let residual = try solver.settle(into: lambda).certificate.residual
        #expect(residual > 1e-3, "\(shift)")
        #expect(residual == (try solver.judge(lambda)).certificate.residual)
      }
    }
  }

  @Test("Cold random models have a steady state, too", arguments: [1, 2, 3], [1, 2, 3, 4])
  func coldRandomModels(dimension: Int, orbitals: Int) throws {
    for (beta, filling) in [(10.0, 0.4), (20, 0.6)] {
      let random = try RandomModel(
        dimension: dimension,
        orbitals: orbitals,
        beta: beta,
        seed: UInt64(20 * dimension + orbitals)
      )
      let state = uniform(random.grid.count * orbitals, filling)
      var solver = try solver(random, filling: filling)
      if try !solver.iterate(responses: false).converged {
        _ = try solver.iterateFixedPoint(state)
        try solver.begin(at: state)
        #expect(try solver.iterate(responses: false).converged, "β = \(beta)")
      }
      _ = try solver.settle(into: state)
      #expect(try residual(random, at: state) < 1e-12, "β = \(beta)")
    }
  }

  @Test(
    "Explicit steps end in the state that Newton's method finds",
    arguments: [1, 2, 3],
    [1, 3]
  )
  func evolution(dimension: Int, orbitals: Int) throws {
    // Cold models in more dimensions are so stiff that explicit steps to this time take a minute.
    let cold = dimension == 1 ? [(5.0, 0.4)] : []
    for (beta, filling) in [(0.0, 0.3), (2, 0.6)] + cold {
      let random = try RandomModel(
        dimension: dimension,
        orbitals: orbitals,
        beta: beta,
        seed: UInt64(30 * dimension + orbitals)
      )
      let steady = uniform(random.grid.count * orbitals, filling)
      var solver = try solver(random, filling: filling)
      #expect(try solver.iterate(responses: false).converged)
      _ = try solver.settle(into: steady)
      let partition = Partition(momenta: random.grid.count, bands: orbitals, over: world)
      let engine = try SeparableForce(
        kernel: random.kernel.separable,
        partition: partition,
        communicator: world
      )
      var evolution = Evolution(
        RateEquation(engine: engine, rate: random.model.coupling),
        from: uniform(random.grid.count * orbitals, filling),
        control: StepControl(relativeTolerance: 1e-11, absoluteTolerance: 1e-11),
        over: world
      )
      try evolution.advance(to: 6000)
      for (mode, lambda) in evolution.lambda.enumerated() {
        #expect(abs(lambda - steady[mode]) < 1e-8, "β = \(beta)")
      }
    }
  }

  @Test("Pseudo-time leads to the same state as Newton's method", arguments: [2.0, 10, 20])
  func pseudoTime(beta: Double) throws {
    for drive in [0.1, 0.9] {
      let model = OpenLattice(
        hamiltonian: try .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
        baths: [
          WeightedBath(ThermalBath(inverseTemperature: beta), weight: 1 - drive),
          WeightedBath(JumpBath.dephasing(rates: [0.8, 0.2]), weight: drive),
        ],
        coupling: 0.05
      )
      let grid = try MomentumGrid(extents: [40])
      let bands = try BandStructure(of: model.hamiltonian, on: grid, momenta: 0..<40)
      let partition = Partition(momenta: 40, bands: 2, over: world)
      var solver = try SteadySolver(
        kernel: try model.kernel(on: bands).separable,
        partition: partition,
        over: world
      )
      let newton = uniform(80, 0.3)
      let continued = uniform(80, 0.3)
      solver.impose(filling: 0.3, idle: newton)
      try solver.begin(at: newton)
      #expect(try solver.iterate(responses: false).converged)
      _ = try solver.settle(into: newton)
      try solver.begin(at: continued)
      #expect(try solver.continueInPseudoTime(responses: false).converged)
      _ = try solver.settle(into: continued)
      for mode in 0..<80 { #expect(abs(continued[mode] - newton[mode]) < 1e-11) }
    }
  }

  @Test("Too few passes do not converge, and say so")
  func limits() throws {
    let random = try RandomModel(dimension: 1, orbitals: 2, beta: 2, seed: 12)
    var solver = try solver(random, filling: 0.3)
    #expect(try !solver.iterate(responses: false, limit: 2).converged)
    let start = uniform(random.grid.count * 2, 0.3)
    try solver.begin(at: start)
    #expect(try !solver.continueInPseudoTime(responses: false, limit: 2).converged)
  }

  @Test("The certificate is the largest residual of a mode with a rate, by its definition")
  func certificate() throws {
    let random = try RandomModel(dimension: 1, orbitals: 3, beta: 2, seed: 13)
    var generator = SeededGenerator(seed: 4)
    let modes = random.grid.count * 3
    let lambda = AlignedVector(generator.doubles(modes, in: -3...3))
    let kernel = try random.kernel
    var expected = 0.0
    for q in 0..<modes {
      var (gain, loss) = (0.0, 0.0)
      for k in 0..<modes {
        gain += kernel.rate(from: k, to: q) / (1 + .exp(lambda[k]))
        loss += kernel.rate(from: q, to: k) / (1 + .exp(-lambda[k]))
      }
      let (toward, away) = (gain / (1 + .exp(-lambda[q])), loss / (1 + .exp(lambda[q])))
      expected = max(expected, abs(toward - away) / (toward + away))
    }
    #expect(abs(try residual(random, at: lambda) - expected) < 1e-12)
  }
}

extension SteadySolver {
  /// A solver without velocities.
  fileprivate init(
    kernel: SeparableKernel,
    partition: Partition,
    over communicator: Group
  ) throws {
    let modes = partition.owned.count
    self.init(
      kernel: try ScaledKernel(kernel, modes: modes, over: communicator),
      velocities: VelocityTables([], modes: modes),
      velocityUnits: [],
      partition: partition,
      over: communicator
    )
  }
}
