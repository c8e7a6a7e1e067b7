import Communication
import Dissipation
import Kinetics
import Lattice
import Numerics
import TestSupport
import Testing
import VectorMath

@Suite("The slowest relaxation rates")
struct SlowestRatesTests {
  /// Compares the slowest rates with those of the whole Jacobian, multiplicities included.
  private func compare(
    _ example: RelaxationCase,
    count: Int,
    tolerance: Double,
    _ comment: Comment? = nil
  ) throws {
    let all = try example.all()
    let found = try example.slowest(count)
    #expect(found.rates.count == min(count, all.rates.count), comment)
    #expect(found.idleModes == all.idleModes, comment)
    #expect(found.conservedQuantities == all.conservedQuantities, comment)
    for (rate, expected) in zip(found.rates, all.rates) {
      let size = expected.real + abs(expected.imaginary)
      #expect(abs(rate.real - expected.real) <= tolerance * size, comment)
      #expect(abs(abs(rate.imaginary) - abs(expected.imaginary)) <= tolerance * size, comment)
      #expect(rate.residual < 1e-10, comment)
    }
  }

  @Test(
    "Random models: the whole Jacobian has the same rates",
    arguments: 1...3,
    [UInt64](0..<4)
  )
  func randomModels(dimension: Int, seed: UInt64) throws {
    for orbitals in 1...3 {
      let random = try RandomModel(
        dimension: dimension,
        orbitals: orbitals,
        beta: 1.5,
        seed: 100 * seed + UInt64(orbitals)
      )
      let example = try RelaxationCase(random.model, on: random.grid, filling: 0.4)
      for count in [1, 6, 1000] {
        try compare(example, count: count, tolerance: 1e-10, "\(orbitals) orbitals, \(count)")
      }
    }
  }

  @Test(
    "Where most modes are summed up in intervals, too",
    arguments: [
      (1.0, 0.0, 0.5), (2, 0, 0.3), (2, 0.5, 0.5), (10, 0.5, 0.3), (20, 0.3, 0.3), (2, 1, 0.2),
    ]
  )
  func intervals(beta: Double, drive: Double, filling: Double) throws {
    let raman = JumpOperator.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))
    let example = try RelaxationCase(
      extents: [420],
      beta: beta,
      drive: drive,
      jumps: [raman],
      filling: filling
    )
    try compare(example, count: 7, tolerance: 1e-11)
  }

  @Test("Square lattices with many equal rates", arguments: [nil, [0.1, 0.37]] as [[Double]?])
  func squares(twists: [Double]?) throws {
    let hop = JumpOperator(
      rate: 1,
      creating: [
        (.init(1, 0), .init(orbital: 0, cell: [1, 0])),
        (.init(0.5, 0.2), .init(orbital: 0, cell: [0, 0])),
      ],
      annihilating: [
        (.init(1, 0), .init(orbital: 0, cell: [0, 0])),
        (.init(0.3, -0.7), .init(orbital: 0, cell: [1, 0])),
      ]
    )
    for (drive, count) in [(0.0, 30), (0.5, 30), (1, 60)] {
      let example = try RelaxationCase(
        extents: [14, 15],
        beta: 1,
        drive: drive,
        jumps: [hop],
        twists: twists
      )
      try compare(example, count: count, tolerance: 1e-9, "drive \(drive)")
    }
  }

  @Test("Dephasing alone: every state but the mean relaxes at the same rate")
  func flat() throws {
    let number = JumpOperator(
      rate: 1,
      creating: [(.one, .init(orbital: 0, cell: [0]))],
      annihilating: [(.one, .init(orbital: 0, cell: [0]))]
    )
    let example = try RelaxationCase(
      extents: [300],
      beta: 1,
      drive: 1,
      jumps: [number],
      filling: 0.3
    )
    let found = try example.slowest(1000)
    #expect(found.rates.count == 299)
    #expect(found.conservedQuantities == 1)
    #expect(found.rates.allSatisfy { abs($0.real - 1) < 1e-12 && $0.residual < 1e-12 })
  }

  @Test("The same bits on any number of ranks")
  func ranks() throws {
    let raman = JumpOperator.raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))
    let example = try RelaxationCase(extents: [3000], beta: 2, drive: 0.4, jumps: [raman])
    let alone = try example.slowest(5)
    let (kernel, lambda) = (example.kernel.separable, example.lambda)
    for ranks in [2, 3, 7] {
      let found = try InProcessCommunicator.run(ranks: ranks) { world in
        let partition = Partition(momenta: 3000, bands: 1, over: world)
        let own = partition.owned
        let channels = kernel.channels.map {
          Channel(
            coupling: $0.coupling,
            source: Array($0.source[own]),
            sink: Array($0.sink[own])
          )
        }
        return try RelaxationSpectrum.slowest(
          5,
          of: SeparableKernel(channels: channels),
          at: AlignedVector(Array(lambda[own])),
          partition: partition,
          over: world
        )
      }
      #expect(found.allSatisfy { $0 == alone })
    }
  }
}
