import Communication
import Dissipation
import Kinetics
import Lattice
import MPICommunication
import Studies
import Testing
import VectorMath

extension MultiRank {
  @Suite("Shared memory") struct SharedMemory {
    let world = MultiRank.world

    /// How one machine is divided into hosts, by a color for each rank: one of all ranks, ranks that take turns,
    /// pairs, and a host for each.
    enum Division: CaseIterable, Sendable {
      case whole, alternating, pairs, single

      func color(_ rank: Int) -> Int {
        switch self {
        case .whole: 0
        case .alternating: rank % 2
        case .pairs: rank / 2
        case .single: rank
        }
      }

      /// The ranks of each host.
      func hosts(_ size: Int) -> [[Int]] {
        let colors = (0..<size).map(color)
        return Set(colors).sorted().map { color in colors.indices.filter { colors[$0] == color } }
      }
    }

    private func sharing<Result>(
      _ division: Division,
      _ body: (MPICommunicator) throws -> Result
    ) throws -> Result {
      try world.sharingMemory(color: division.color(world.rank), body)
    }

    @Test("Hosts come by their first ranks, ranks in order", arguments: Division.allCases)
    func hosts(_ division: Division) throws {
      #expect(world.host == nil)
      try sharing(division) { group in
        #expect(group.rank == world.rank && group.size == world.size)
        let hosts = division.hosts(world.size)
        #expect(group.host?.ranksOfHosts == hosts)
        let own = hosts.first { $0.contains(world.rank) }
        #expect(group.host?.size == own?.count)
        #expect(group.host?.rank == own?.firstIndex(of: world.rank))
      }
    }

    @Test("What a rank writes its host can read, and others cannot", arguments: Division.allCases)
    func writes(_ division: Division) throws {
      try sharing(division) { group in
        guard let host = group.host else { return }
        let vector = try host.allocate(count: 100)
        #expect(UInt(bitPattern: vector.pointer) % 64 == 0)
        var sum = 0.0
        for index in 0..<100 { sum += vector.pointer[index] }
        #expect(sum == 0)
        try host.synchronise(vector)
        vector.pointer[host.rank] = Double(world.rank + 1)
        try host.synchronise(vector)
        let ranks = division.hosts(world.size).first { $0.contains(world.rank) } ?? []
        let seen = (0..<host.size).map { vector.pointer[$0] }
        #expect(seen == ranks.map { Double($0 + 1) })
      }
    }

    @Test("A gather of slices of hosts completes the vector of each", arguments: Division.allCases)
    func gathers(_ division: Division) throws {
      for variant in MultiRank.variants {
        try variant.sharingMemory(color: division.color(world.rank)) { group in
          guard let host = group.host else { return }
          for count in [0, 1, 3, 50] {
            let hosts = division.hosts(world.size)
            let layout = SliceLayout(
              slices: hosts.indices.map {
                Partition(momenta: count, bands: 1, rank: $0, ranks: hosts.count).owned
              }
            )
            let vector = try host.allocate(count: count)
            if host.rank == 0, let own = hosts.firstIndex(where: { $0.contains(world.rank) }) {
              for index in layout.slices[own] { vector.pointer[index] = Double(index) + 0.5 }
            }
            try host.gather(vector, layout: layout)
            let all = (0..<count).map { vector.pointer[$0] }
            #expect(all == (0..<count).map { Double($0) + 0.5 })
            try host.synchronise(vector)
          }
        }
      }
    }

    @Test("Memory that was given back is used again, zero again, and all is freed in the end")
    func reuse() throws {
      // Windows that stay would run out of contexts in MPICH, and of /dev/shm.
      for _ in 0..<20 {
        try sharing(.alternating) { group in
          guard let host = group.host else { return }
          let kept = try host.allocate(count: 10)
          #expect(kept.place == 0)
          for count in [1000, 10, 1000] {
            let vector = try host.allocate(count: count)
            #expect(vector.place == 1)
            #expect((0..<count).allSatisfy { vector.pointer[$0] == 0 })
            try host.synchronise(vector)
            vector.pointer.update(repeating: 7, count: count)
            try host.synchronise(vector)
          }
        }
      }
    }

    @Test("More than a host has is an error on all ranks, after which all goes on")
    func room() throws {
      try sharing(.pairs) { group in
        guard let host = group.host else { return }
        do {
          // 2⁵³ bytes.
          _ = try host.allocate(count: 1 << 50)
          Issue.record("there was room")
        } catch {
          #expect("\(error)".contains("cannot share"))
          #expect("\(error)".contains("/dev/shm has"))
          #expect(!(error is CommunicationError))
        }
        let vector = try host.allocate(count: 8)
        try host.synchronise(vector)
        #expect(vector.pointer[0] == 0)
      }
    }

    @Test(
      "Direct forces have the bits of a rank alone",
      arguments: DigestCase.allCases,
      Division.allCases
    )
    func sameBits(_ example: DigestCase, _ division: Division) throws {
      let study = try example.study(.direct)
      var observer = SilentObserver()
      let alone = try study.run(over: SerialCommunicator(), observer: &observer)
      let together = try sharing(division) { try study.run(over: $0, observer: &observer) }
      #expect(together.digest == alone.digest)
      #expect(together.statistics == alone.statistics)
      #expect(together.outputs.last?.lambda == alone.outputs.last?.lambda)
      #expect(alone.outputs.last?.lambda != alone.outputs.first?.lambda)
    }

    @Test("Gains and losses have the same bits, however slices end", arguments: Division.allCases)
    func rates(_ division: Division) throws {
      let model = try DigestCase.rashba.model
      for momenta in [1, 2, 3, 255, 256, 257, 700] {
        let grid = try MomentumGrid(extents: [momenta])
        var all = try ModeTables(of: model, on: grid, momenta: 0..<momenta)
        let kernel = all.takeKernel()
        let partition = Partition(momenta: momenta, bands: 2, over: world)
        let count = partition.owned.count
        let lambda = randomState(partition)
        var own = DirectForce(kernel: kernel, partition: partition, communicator: world)
        var gain = AlignedVector(count: count)
        var loss = AlignedVector(count: count)
        try own.rates(at: lambda, gain: &gain, loss: &loss)
        try sharing(division) { group in
          var shared = try DirectForce(partition: partition, communicator: group) { momenta in
            var tables = try ModeTables(of: model, on: grid, momenta: momenta)
            return tables.takeKernel()
          }
          var other = AlignedVector(count: count)
          var another = AlignedVector(count: count)
          // Twice: the second time over what the first has left.
          for _ in 0..<2 { try shared.rates(at: lambda, gain: &other, loss: &another) }
          #expect(Array(other.buffer) == Array(gain.buffer), "\(momenta) momenta")
          #expect(Array(another.buffer) == Array(loss.buffer), "\(momenta) momenta")
        }
      }
    }

    @Test("A table that one rank cannot make is an error on all ranks")
    func tableErrors() throws {
      try sharing(.alternating) { group in
        let partition = Partition(momenta: 100, bands: 1, over: group)
        let kernel = RateKernel(
          separable: .init(channels: [.init(coupling: 1, source: [1], sink: [1])])
        )
        var failed = false
        do {
          _ = try DirectForce(partition: partition, communicator: group) { momenta in
            if momenta.count > 1, world.rank == world.size - 1 { throw ModelError("no table") }
            let ones = [Double](repeating: 1, count: momenta.count)
            return momenta.count == 1
              ? kernel
              : RateKernel(
                separable: .init(channels: [.init(coupling: 1, source: ones, sink: ones)])
              )
          }
        } catch {
          failed = "\(error)".contains("no table")
        }
        #expect(failed)
        let sum = try group.sum(1 as Int64)
        #expect(sum == Int64(world.size))
      }
    }

    @Test("Evaluations allocate nothing in Swift code", .enabled(if: countsAllocations))
    func allocations() throws {
      let model = try DigestCase.hundred.model
      let grid = try MomentumGrid(extents: [1500])
      try sharing(.alternating) { group in
        let partition = Partition(momenta: 1500, bands: 1, over: group)
        var engine = try DirectForce(partition: partition, communicator: group) { momenta in
          var tables = try ModeTables(of: model, on: grid, momenta: momenta)
          return tables.takeKernel()
        }
        let lambda = randomState(partition)
        try engine.enter(lambda)
        let found = try MultiRankTests.allocations {
          for _ in 0..<100 { try engine.enter(lambda) }
        }
        #expect(found == 0)
      }
    }
  }
}
