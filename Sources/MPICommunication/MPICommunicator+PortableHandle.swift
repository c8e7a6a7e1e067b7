internal import CMPI

extension MPICommunicator {
  /// The number by which other libraries of this process find this group: its handle in Fortran.
  ///
  /// Not collective. In C a handle is a pointer in one MPI library and a number in another. The one of
  /// Fortran is a number in all, by the standard, so that a module can pass it on to a library that
  /// communicates, such as HDF5, and neither must know of mpi.h.
  public var portableHandle: Int32 { tgge_mpi_comm_to_fortran(handle) }
}
