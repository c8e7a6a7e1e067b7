import Communication
import MPICommunication
import Testing

extension MultiRank {
  @Suite("Split") struct Splits {
    let world = MultiRank.world

    @Test("Ranks of one color are a group, ordered by rank")
    func groups() throws {
      for world in MultiRank.variants {
        let members = (0..<world.size).filter { $0 % 2 == world.rank % 2 }
        let sum = try world.split(color: world.rank % 2) { group in
          #expect(group.size == members.count)
          #expect(group.rank == world.rank / 2)
          return try group.sum(Int64(world.rank))
        }
        #expect(sum == Int64(members.reduce(0, +)))
      }
    }

    @Test("A group can be split again, and the world goes on")
    func nested() throws {
      let alone = try world.split(color: world.rank / 3) { group in
        try group.split(color: group.rank) { try $0.sum(Int64(world.rank)) }
      }
      #expect(alone == Int64(world.rank))
      #expect(try world.sum(1 as Int64) == Int64(world.size))
    }

    @Test("Handles are freed, also those of groups whose body throws")
    func freed() throws {
      struct Refusal: Error {}
      // MPICH has 2048 contexts: a leak would show.
      try world.split(color: world.rank) { alone in
        for _ in 0..<2500 {
          #expect(throws: Refusal.self) { try alone.split(color: 0) { _ in throw Refusal() } }
        }
      }
      #expect(try world.sum(1 as Int64) == Int64(world.size))
    }
  }
}
