internal import CMPI
internal import CProcessor
import Communication

/// Whether on some host the ranks outnumber the cores that they may use together.
///
/// A library that spins while it waits then takes the core from the rank it waits for. Collective
/// over all ranks, which get the same answer.
func ranksOutnumberCores(on world: MPICommunicator) throws(CommunicationError) -> Bool {
  let rank = world.rank
  var host = tgge_mpi_comm()
  let (shared, info) = (tgge_mpi_comm_type_shared(), tgge_mpi_info_null())
  let split = MPI_Comm_split_type(world.handle, shared, Int32(rank), info, &host.handle)
  try check(split, "MPI_Comm_split_type", rank: rank)
  var ranks: Int32 = 0
  try check(MPI_Comm_size(host.handle, &ranks), "MPI_Comm_size", rank: rank)

  // Each rank may be bound to cores of its own: what counts is the union.
  var cores = [UInt64](repeating: 0, count: 128)
  tgge_processor_available_cores(&cores, Int32(cores.count))
  let (own, count) = (tgge_mpi_in_place(), Int32(cores.count))
  let (type, union) = (tgge_mpi_uint64(), tgge_mpi_bitwise_or())
  let reduced = MPI_Allreduce(own, &cores, count, type, union, host.handle)
  try check(reduced, "MPI_Allreduce", rank: rank)
  try check(MPI_Comm_free(&host.handle), "MPI_Comm_free", rank: rank)

  let available = cores.reduce(0) { $0 + $1.nonzeroBitCount }
  return try world.maximum(Int64(ranks) > Int64(available) ? 1 : 0 as Int64) > 0
}
