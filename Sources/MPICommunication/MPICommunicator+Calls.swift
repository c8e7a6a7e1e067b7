internal import CMPI
import Communication

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The calls themselves, each either blocking or with a wait that offers the core to other ranks.
extension MPICommunicator {
  /// Allreduce in place.
  ///
  /// Collective.
  func reduce(
    _ start: UnsafeMutableRawPointer,
    _ count: Int32,
    _ datatype: MPI_Datatype,
    _ operation: MPI_Op
  ) throws(CommunicationError) {
    try complete("MPI_Allreduce") {
      MPI_Allreduce(tgge_mpi_in_place(), start, count, datatype, operation, handle)
    } orYielding: {
      MPI_Iallreduce(tgge_mpi_in_place(), start, count, datatype, operation, handle, &$0.handle)
    }
  }

  /// Bcast.
  ///
  /// Collective.
  func broadcast(
    _ start: UnsafeMutableRawPointer,
    _ count: Int32,
    _ datatype: MPI_Datatype,
    from root: Int
  ) throws(CommunicationError) {
    try complete("MPI_Bcast") {
      MPI_Bcast(start, count, datatype, Int32(root), handle)
    } orYielding: {
      MPI_Ibcast(start, count, datatype, Int32(root), handle, &$0.handle)
    }
  }

  /// Allgatherv in place.
  ///
  /// Collective.
  func gather(
    _ start: UnsafeMutableRawPointer,
    _ kind: ElementKind,
    counts: [Int32],
    offsets: [Int32]
  ) throws(CommunicationError) {
    let (own, datatype) = (tgge_mpi_in_place(), kind.datatype)
    // MPI ignores the count and type of the sender in place.
    try counts.withUnsafeBufferPointer { (counts) throws(CommunicationError) in
      try offsets.withUnsafeBufferPointer { (offsets) throws(CommunicationError) in
        let (lengths, starts) = (counts.baseAddress, offsets.baseAddress)
        try complete("MPI_Allgatherv") {
          MPI_Allgatherv(own, 0, datatype, start, lengths, starts, datatype, handle)
        } orYielding: {
          MPI_Iallgatherv(own, 0, datatype, start, lengths, starts, datatype, handle, &$0.handle)
        }
      }
    }
  }

  /// Makes a call and waits for its end in the way that suits this host.
  ///
  /// All ranks of a group take the same of the two ways: MPI does not match a blocking call with a
  /// non-blocking one.
  func complete(
    _ call: StaticString,
    _ blocking: () -> Int32,
    orYielding starting: (inout tgge_mpi_request) -> Int32
  ) throws(CommunicationError) {
    guard yieldsWhileWaiting else { return try check(blocking(), call, rank: rank) }
    var request = tgge_mpi_request()
    try check(starting(&request), call, rank: rank)
    var done: Int32 = 0
    var turns = 0
    while true {
      let code = MPI_Test(&request.handle, &done, tgge_mpi_status_ignore())
      try check(code, call, rank: rank)
      if done != 0 { return }
      // An Allreduce of 7 ranks of MPICH on 2 cores takes 45 ms if they spin, 0.1 to 0.3 ms so, and
      // 1 ms beside two busy programs, to which a rank that only yields loses whole time slices.
      turns += 1
      if turns < 200 { sched_yield() } else { usleep(1) }
    }
  }
}
