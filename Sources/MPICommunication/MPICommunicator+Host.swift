internal import CMPI
import Communication

extension MPICommunicator {
  /// Runs `body` on the same group, where the ranks of each host share memory.
  ///
  /// Collective. All memory is freed after `body`, in the order that all ranks have. What `body` throws must
  /// end the session: then nothing is freed, since some ranks may never come to free it.
  ///
  /// - Parameters:
  ///   - color: Ranks of one host that pass different colors share no memory, as if they were on different
  ///     hosts; a non-negative 32-bit integer.
  ///   - body: What to do; its communicator, and vectors made with it, must not escape.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, or `CommunicationError` if the groups cannot be made or freed.
  /// - Complexity: Three communicators are made and freed, a few short messages.
  public func sharingMemory<Result>(
    color: Int = 0,
    _ body: (MPICommunicator) throws -> Result
  ) throws -> Result {
    var (machine, host, first) = (tgge_mpi_comm(), tgge_mpi_comm(), tgge_mpi_comm())
    let (shared, info) = (tgge_mpi_comm_type_shared(), tgge_mpi_info_null())
    let typed = MPI_Comm_split_type(handle, shared, Int32(rank), info, &machine.handle)
    try check(typed, "MPI_Comm_split_type", rank: rank)
    let colored = MPI_Comm_split(machine.handle, Int32(color), Int32(rank), &host.handle)
    try check(colored, "MPI_Comm_split", rank: rank)
    try check(MPI_Comm_free(&machine.handle), "MPI_Comm_free", rank: rank)
    let own = try sibling(host)
    let split = MPI_Comm_split(handle, own.rank == 0 ? 0 : 1, Int32(rank), &first.handle)
    try check(split, "MPI_Comm_split", rank: rank)

    let state = UnsafeMutablePointer<MPIHost.State>.allocate(capacity: 1)
    state.initialize(
      to: MPIHost.State(
        all: self,
        own: own,
        leaders: own.rank == 0 ? try sibling(first) : nil,
        ranksOfHosts: try ranksOfHosts(own)
      )
    )
    let result = try body(on(MPIHost(state: state)))

    try MPIHost(state: state).end()
    try check(MPI_Comm_free(&first.handle), "MPI_Comm_free", rank: rank)
    try check(MPI_Comm_free(&host.handle), "MPI_Comm_free", rank: rank)
    state.deinitialize(count: 1)
    state.deallocate()
    return result
  }

  /// Another group that waits as this one does.
  private func sibling(_ comm: tgge_mpi_comm) throws(CommunicationError) -> MPICommunicator {
    try MPICommunicator(
      handle: comm.handle,
      yieldsWhileWaiting: yieldsWhileWaiting,
      maximumCount: maximumCount
    )
  }

  /// The ranks of each host.
  ///
  /// Collective.
  private func ranksOfHosts(_ own: MPICommunicator) throws(CommunicationError) -> [[Int]] {
    var first = [Int64(rank)]
    var firstSpan = first.mutableSpan
    try own.broadcast(&firstSpan, from: 0)
    var firsts = [Int64](repeating: 0, count: size)
    firsts[rank] = first[0]
    var span = firsts.mutableSpan
    try gather(&span, layout: SliceLayout(slices: (0..<size).map { $0..<$0 + 1 }))
    var hosts: [[Int]] = []
    // Each rank belongs to the host of a first rank, which comes before the others.
    var place: [Int64: Int] = [:]
    for (rank, first) in firsts.enumerated() {
      if let index = place[first] {
        hosts[index].append(rank)
      } else {
        place[first] = hosts.count
        hosts.append([rank])
      }
    }
    return hosts
  }
}
