import Communication
import MPICommunication
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All tests that communicate, on any number of ranks: one under `swift test`, more under mpirun.
///
/// They run one after the other and in the same order on each rank, since collectives must not mix.
/// A suite more is an extension in a file of its own:
///
///     extension MultiRank {
///       @Suite("Digests") struct Digests {
///         let world = MultiRank.world
///         @Test("…") func same() throws { … }
///       }
///     }
///
/// No `#require` between collectives: a rank that leaves early lets the others wait for ever.
@Suite("Ranks", .serialized)
enum MultiRank {
  /// The group of all ranks, from the one initialisation of MPI in this process.
  ///
  /// Tests do not run on the main thread, but one at a time, which is what MPI needs to know.
  nonisolated(unsafe) static let world: MPICommunicator = {
    do {
      let world = try MPISession.initialise(threads: .serialized)
      atexit { try? MPISession.finalise() }
      return world
    } catch {
      MPISession.abort(error, rank: nil)
    }
  }()

  /// The group of all ranks as the tests of rare paths want it: with small limits on counts, and with
  /// either way of waiting, but where ranks outnumber cores: there each blocking call may take a
  /// hundredth of a second.
  static var variants: [MPICommunicator] {
    (world.yieldsWhileWaiting ? [true] : [false, true]).flatMap { yields in
      [nil, 1, 3, 7].map { world.limited(to: $0, yieldsWhileWaiting: yields) }
    }
  }
}
