import Communication
import MPICommunication
import Testing

extension MultiRank {
  @Suite("Agreement") struct Agreements {
    struct Trouble: Error, Equatable, CustomStringConvertible {
      let rank: Int
      var description: String { "the disk of \(rank) is full — π" }
    }

    let world = MultiRank.world

    @Test("If no rank fails, each has its own result")
    func success() throws {
      #expect(try world.agree { world.rank * 10 } == world.rank * 10)
    }

    @Test("If one rank fails, all throw its message", arguments: 0..<MultiRank.world.size)
    func one(failing: Int) throws {
      do {
        try world.agree { if world.rank == failing { throw Trouble(rank: failing) } }
        Issue.record("rank \(world.rank) did not throw")
      } catch let error as Trouble {
        #expect(world.rank == failing && error.rank == failing)
      } catch let error as RemoteFailure {
        #expect(world.rank != failing)
        #expect(error.rank == failing)
        #expect("\(error)" == "rank \(failing): the disk of \(failing) is full — π")
      }
    }

    @Test("If several ranks fail, others hear of the lowest", arguments: 0..<MultiRank.world.size)
    func several(lowest: Int) throws {
      do {
        try world.agree { if world.rank >= lowest { throw Trouble(rank: world.rank) } }
        Issue.record("rank \(world.rank) did not throw")
      } catch let error as Trouble {
        #expect(world.rank >= lowest && error.rank == world.rank)
      } catch let error as RemoteFailure {
        #expect(world.rank < lowest && error.rank == lowest)
      }
      // The group is still in step.
      #expect(try world.sum(1 as Int64) == Int64(world.size))
    }

    @Test("A message may be empty")
    func empty() throws {
      struct Silence: Error, CustomStringConvertible { let description = "" }
      do {
        try world.agree { if world.rank == 0 { throw Silence() } }
      } catch let error as RemoteFailure {
        #expect(error.message.isEmpty && error.rank == 0)
      } catch is Silence {
        #expect(world.rank == 0)
      }
    }
  }
}
