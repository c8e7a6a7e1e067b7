internal import CMPI
import Communication

extension ElementKind {
  /// The MPI type of the same layout.
  var datatype: MPI_Datatype {
    switch self {
    case .double: tgge_mpi_double()
    case .signed64: tgge_mpi_int64()
    case .unsigned64: tgge_mpi_uint64()
    case .byte: tgge_mpi_uint8()  // MPI_BYTE has no order: there would be no maximum
    }
  }

  /// Bytes from one element to the next.
  var stride: Int {
    switch self {
    case .double, .signed64, .unsigned64: 8
    case .byte: 1
    }
  }
}
