internal import CMPI
import Communication

extension ElementKind {
  /// The MPI type of the same layout.
  var datatype: MPI_Datatype {
    switch self {
    case .double: tgge_mpi_double()
    case .signed64: tgge_mpi_int64()
    case .unsigned64: tgge_mpi_uint64()
    case .byte: tgge_mpi_uint8()  // MPI_BYTE cannot be summed
    }
  }

  /// The MPI type by whose order a maximum is taken, after `exchangeSigns`.
  ///
  /// MPICH 4.0 and Open MPI 4.1.2 to 4.1.4 compare unsigned integers as if they were signed (issues
  /// pmodels/mpich#6083 and open-mpi/ompi#10525): nothing unsigned is left to them.
  var ordered: MPI_Datatype {
    switch self {
    case .double: tgge_mpi_double()
    case .signed64, .unsigned64: tgge_mpi_int64()
    case .byte: tgge_mpi_int8()
    }
  }

  /// Maps the order of unsigned integers to that of signed ones and back, in place.
  ///
  /// x ↦ x − 2⁶³, or x − 2⁷ for bytes: the highest bit changes. Other kinds stay as they are.
  func exchangeSigns(_ elements: UnsafeMutableRawBufferPointer) {
    switch self {
    case .double, .signed64: break
    case .unsigned64:
      for offset in Swift.stride(from: 0, to: elements.count, by: 8) {
        let value = elements.load(fromByteOffset: offset, as: UInt64.self)
        elements.storeBytes(of: value ^ 1 << 63, toByteOffset: offset, as: UInt64.self)
      }
    case .byte:
      for offset in elements.indices { elements[offset] ^= 1 << 7 }
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
