internal import CMPI
public import Communication

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The ranks of one host, with windows of MPI 3 onto memory that they share.
///
/// A reference to what `MPICommunicator.sharingMemory` has made and will free. Not `Sendable`, like the
/// communicator.
public struct MPIHost: HostGroup {
  /// What the copies of a communicator have in common.
  struct State {
    let all: MPICommunicator
    let own: MPICommunicator
    /// The first ranks of all hosts, on these.
    let leaders: MPICommunicator?
    let ranksOfHosts: [[Int]]
    var windows: [Window] = []
  }

  /// A piece of shared memory.
  struct Window {
    var handle: tgge_mpi_win
    let start: UnsafeMutablePointer<Double>
    let capacity: Int
    let isInUse: UnsafeMutablePointer<Bool>
  }

  let state: UnsafeMutablePointer<State>

  /// The place of this rank among those of its host.
  public var rank: Int { state.pointee.own.rank }

  /// The number of ranks on this host.
  public var size: Int { state.pointee.own.size }

  /// The ranks of each host in ascending order; the hosts by their first ranks.
  public var ranksOfHosts: [[Int]] { state.pointee.ranksOfHosts }

  /// Memory that the ranks of each host share, all of it zero.
  ///
  /// Collective over all ranks of all hosts; see `HostGroup`. Memory that a vector has given back is used
  /// again before the host is asked for more.
  public func allocate(count: Int) throws -> SharedVector {
    // All ranks take and give back in the same order, so that they find the same piece.
    let free = state.pointee.windows.firstIndex { !$0.isInUse.pointee && $0.capacity >= count }
    let place = try free ?? makeWindow(count)
    let window = state.pointee.windows[place]
    let vector = SharedVector(window.start, count: count, place: place, isInUse: window.isInUse)
    // Pages belong to the memory next to the core that writes them first.
    let share = Partition(momenta: count, bands: 1, rank: rank, ranks: size).owned
    (vector.pointer + share.lowerBound).update(repeating: 0, count: share.count)
    try synchronise(vector)
    return vector
  }

  /// Waits until all ranks of this host have arrived; what they have written can be read then.
  ///
  /// Collective over the ranks of this host.
  public func synchronise(_ vector: borrowing SharedVector) throws(CommunicationError) {
    let window = state.pointee.windows[vector.place].handle.handle
    let own = state.pointee.own
    try check(MPI_Win_sync(window), "MPI_Win_sync", rank: state.pointee.all.rank)
    try own.barrier()
    try check(MPI_Win_sync(window), "MPI_Win_sync", rank: state.pointee.all.rank)
  }

  /// Completes the beginning of a vector, of which the ranks of each host have filled their slice.
  ///
  /// Collective over all ranks of all hosts; see `HostGroup`.
  public func gather(
    _ vector: borrowing SharedVector,
    layout: SliceLayout
  ) throws(CommunicationError) {
    try synchronise(vector)
    guard layout.slices.count > 1 else { return }
    if let leaders = state.pointee.leaders {
      let elements = UnsafeMutableBufferPointer(start: vector.pointer, count: layout.count)
      var span = elements.mutableSpan
      try leaders.gather(&span, layout: layout)
    }
    try synchronise(vector)
  }

  /// Asks each host for memory.
  ///
  /// Collective over all ranks of all hosts.
  private func makeWindow(_ count: Int) throws -> Int {
    let (all, own) = (state.pointee.all, state.pointee.own)
    // One vector more, to begin at 64 bytes.
    let bytes = (count + 8) * MemoryLayout<Double>.stride
    try all.agree { if own.rank == 0 { try requireRoom(for: bytes) } }

    var window = tgge_mpi_win()
    var base: UnsafeMutableRawPointer?
    let share = MPI_Aint(own.rank == 0 ? bytes : 0)
    let code = MPI_Win_allocate_shared(
      share,
      1,
      tgge_mpi_info_null(),
      own.handle,
      &base,
      &window.handle
    )
    try all.agree {
      guard code != tgge_mpi_success() else { return }
      throw SharedMemoryError("a host cannot share \(bytes / 1_000_000) MB among its ranks")
    }
    var length: MPI_Aint = 0
    var unit: Int32 = 0
    let query = MPI_Win_shared_query(window.handle, 0, &length, &unit, &base)
    try check(query, "MPI_Win_shared_query", rank: all.rank)
    // A window of loads and stores, for whose order MPI_Win_sync is there.
    let locked = MPI_Win_lock_all(tgge_mpi_mode_nocheck(), window.handle)
    try check(locked, "MPI_Win_lock_all", rank: all.rank)
    guard let base else {
      throw CommunicationError(
        call: "MPI_Win_shared_query",
        rank: all.rank,
        reason: "there is no address"
      )
    }
    let isInUse = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    isInUse.initialize(to: false)
    // Pages are at different addresses on different ranks, but the offset in them is one.
    let start = base.alignedUp(toMultipleOf: 64).bindMemory(to: Double.self, capacity: count)
    state.pointee.windows.append(
      Window(handle: window, start: start, capacity: count, isInUse: isInUse)
    )
    return state.pointee.windows.count - 1
  }

  /// Refuses what the file system of shared memory has no room for: one library would wait for ever, and
  /// another give out memory whose first use ends the process.
  ///
  /// Not collective.
  private func requireRoom(for bytes: Int) throws(SharedMemoryError) {
    #if os(Linux)
    var system = statvfs()
    guard statvfs("/dev/shm", &system) == 0 else { return }
    let room = Double(system.f_bavail) * Double(system.f_frsize)
    guard Double(bytes) > room else { return }
    throw SharedMemoryError(
      "the ranks of a host cannot share \(bytes / 1_000_000) MB: its /dev/shm has "
        + "\(Int(room) / 1_000_000) MB left; enlarge it, or leave each rank its own memory"
    )
    #endif
  }

  /// Frees all windows.
  ///
  /// Collective over the ranks of this host.
  func end() throws(CommunicationError) {
    let rank = state.pointee.all.rank
    for place in state.pointee.windows.indices.reversed() {
      var window = state.pointee.windows[place]
      precondition(!window.isInUse.pointee, "a shared vector has outlived its host")
      let unlocked = MPI_Win_unlock_all(window.handle.handle)
      try check(unlocked, "MPI_Win_unlock_all", rank: rank)
      try check(MPI_Win_free(&window.handle.handle), "MPI_Win_free", rank: rank)
      window.isInUse.deallocate()
    }
    state.pointee.windows = []
  }
}

@available(*, unavailable)
extension MPIHost: Sendable {}
