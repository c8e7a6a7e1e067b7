internal import CMPI
public import Communication

extension MPICommunicator {
  /// Replaces each element by its sum over the ranks.
  ///
  /// Collective. Integers wrap around; doubles are added in an order that the library chooses.
  ///
  /// - Throws: `CommunicationError` if the reduction fails; then the communicator must not be used
  ///   again.
  /// - Complexity: One Allreduce in place for each 2³¹ − 1 elements; no allocation.
  public func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    try reduce(&values, Element.kind.datatype, tgge_mpi_sum())
  }

  /// Replaces each element by its maximum over the ranks.
  ///
  /// Collective. NaN has no place in a maximum: test for it first.
  ///
  /// - Throws: `CommunicationError` if the reduction fails; then the communicator must not be used
  ///   again.
  /// - Complexity: One Allreduce in place for each 2³¹ − 1 elements; no allocation.
  public func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    values.withUnsafeMutableBytes { Element.kind.exchangeSigns($0) }
    try reduce(&values, Element.kind.ordered, tgge_mpi_max())
    values.withUnsafeMutableBytes { Element.kind.exchangeSigns($0) }
  }

  /// Completes a vector of which each rank has filled its own slice.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The whole vector, `layout.count` elements; on entry the elements
  ///     `layout.slices[rank]` are set, on return all are.
  ///   - layout: Which rank owns which elements; one slice for each rank.
  /// - Throws: `CommunicationError` if the exchange fails; then the communicator must not be used
  ///   again.
  /// - Complexity: One Allgatherv in place; beyond 2³¹ − 1 elements one broadcast for each rank.
  ///   No allocation.
  public func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError) {
    precondition(layout.slices.count == size, "one slice for each rank")
    precondition(layout.count == values.count, "the vector has the length of its layout")
    try values.withUnsafeMutableBufferPointer { (buffer) throws(CommunicationError) in
      guard let start = UnsafeMutableRawPointer(buffer.baseAddress), layout.count > 0 else {
        return
      }
      if layout.count <= maximumCount, let counts = layout.counts, let offsets = layout.offsets {
        try gather(start, Element.kind, counts: counts, offsets: offsets)
      } else {
        for (root, slice) in layout.slices.enumerated() {
          let first = start + slice.lowerBound * Element.kind.stride
          try broadcast(first, count: slice.count, Element.kind, from: root)
        }
      }
    }
  }

  /// Copies the elements of `root` to all ranks.
  ///
  /// Collective.
  ///
  /// - Throws: `CommunicationError` if the broadcast fails; then the communicator must not be used
  ///   again.
  /// - Complexity: One Bcast; beyond 2³¹ − 1 elements two or more. No allocation.
  public func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError) {
    precondition((0..<size).contains(root), "the root is one of the ranks")
    try values.withUnsafeMutableBufferPointer { (buffer) throws(CommunicationError) in
      guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      try broadcast(start, count: buffer.count, Element.kind, from: root)
    }
  }

  /// Waits until every rank has arrived.
  ///
  /// Collective; for timing, never on an error path.
  ///
  /// - Throws: `CommunicationError` if it fails; then the communicator must not be used again.
  public func barrier() throws(CommunicationError) {
    try complete("MPI_Barrier") {
      MPI_Barrier(handle)
    } orYielding: {
      MPI_Ibarrier(handle, &$0.handle)
    }
  }

  /// A reduction in place, in pieces that the counts of MPI can express.
  private func reduce<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    _ datatype: MPI_Datatype,
    _ operation: MPI_Op
  ) throws(CommunicationError) {
    let stride = Element.kind.stride
    try values.withUnsafeMutableBufferPointer { (buffer) throws(CommunicationError) in
      guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      var done = 0
      while done < buffer.count {
        let count = min(buffer.count - done, maximumCount)
        try reduce(start + done * stride, Int32(count), datatype, operation)
        done += count
      }
    }
  }

  /// A broadcast; one that is too long for a count goes in blocks, and the rest singly.
  private func broadcast(
    _ start: UnsafeMutableRawPointer,
    count: Int,
    _ kind: ElementKind,
    from root: Int
  ) throws(CommunicationError) {
    var done = 0
    if count > maximumCount {
      // 2²⁰ elements a block, and up to 2³¹ − 1 blocks a call: 2⁵¹ elements.
      let block = min(maximumCount, 1 << 20)
      var datatype = try contiguousDatatype(of: block, kind)
      while count - done >= block {
        let blocks = min((count - done) / block, maximumCount)
        try broadcast(start + done * kind.stride, Int32(blocks), datatype.handle, from: root)
        done += blocks * block
      }
      try check(MPI_Type_free(&datatype.handle), "MPI_Type_free", rank: rank)
    }
    guard done < count else { return }
    try broadcast(start + done * kind.stride, Int32(count - done), kind.datatype, from: root)
  }

  /// The type of a block of elements, for counts that would be too large otherwise.
  private func contiguousDatatype(
    of count: Int,
    _ kind: ElementKind
  ) throws(CommunicationError) -> tgge_mpi_datatype {
    var datatype = tgge_mpi_datatype()
    let code = MPI_Type_contiguous(Int32(count), kind.datatype, &datatype.handle)
    try check(code, "MPI_Type_contiguous", rank: rank)
    try check(MPI_Type_commit(&datatype.handle), "MPI_Type_commit", rank: rank)
    return datatype
  }
}
