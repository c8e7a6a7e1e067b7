import Communication
import Testing

@Suite("Serial communicator")
struct SerialCommunicatorTests {
  private let serial = SerialCommunicator()

  @Test("There is one rank, the first")
  func rank() {
    #expect(serial.rank == 0)
    #expect(serial.size == 1)
  }

  @Test("Every collective leaves the values as they are")
  func identity() throws {
    var values = [1.5, -2, .infinity]
    var span = values.mutableSpan
    try serial.sum(&span)
    try serial.maximum(&span)
    try serial.gather(&span, layout: SliceLayout(slices: [0..<3]))
    try serial.broadcast(&span, from: 0)
    try serial.barrier()
    #expect(values == [1.5, -2, .infinity])
  }

  @Test("A sub-group is the group itself")
  func split() throws {
    #expect(try serial.split(color: 3) { $0.size } == 1)
  }

  @Test("A failed call is told with its rank and its reason")
  func errorText() {
    let error = CommunicationError(call: "MPI_Allreduce", rank: 3, reason: "out of memory")
    #expect(error.description == "MPI_Allreduce failed on rank 3: out of memory")
  }

  @Test("Elements are sent as what they are")
  func kinds() {
    #expect(Double.kind == .double)
    #expect(Int64.kind == .signed64)
    #expect(UInt64.kind == .unsigned64)
    #expect(UInt8.kind == .byte)
  }
}
