internal import CHDF5

extension ResultFile {
  /// Writes numbers that all ranks know.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The numbers, the last axis fastest, the same on all ranks.
  ///   - name: The dataset, such as `outputs/time`.
  ///   - shape: The extent of each axis; by default one axis, none for a single number.
  ///   - isExtendible: Whether rows may be appended.
  ///   - label: What they are.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write<Element: ResultElement>(
    _ values: [Element],
    to name: String,
    shape: [Int]? = nil,
    isExtendible: Bool = false,
    _ label: ResultLabel
  ) throws {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "a number for each element")
    try perform(adding: ResultFile.bytes(shape, isExtendible)) { () throws(RecordError) in
      _ = try create(name, Element.self, shape, isExtendible)
    }
    let own = communicator.rank == 0 ? shape : nil
    try values.withUnsafeBufferPointer { buffer in
      try perform(adding: 0) { () throws(RecordError) in
        try write(buffer, to: name, from: shape.map { _ in 0 }, own)
      }
    }
    try describe(name, label)
  }

  /// Writes numbers over all modes, each rank those of the modes that it owns.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The numbers of the owned modes, mode by mode, all components of one together.
  ///   - name: The dataset, such as `modes/energy`; its first axis is the modes.
  ///   - owned: The modes that this rank owns.
  ///   - modes: M, the number of modes of all ranks.
  ///   - components: The extents of the other axes.
  ///   - label: What they are.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write<Element: ResultElement>(
    _ values: UnsafeBufferPointer<Element>,
    to name: String,
    owned: Range<Int>,
    of modes: Int,
    components: [Int] = [],
    _ label: ResultLabel
  ) throws {
    let shape = [modes] + components
    try perform(adding: ResultFile.bytes(shape, false)) { () throws(RecordError) in
      _ = try create(name, Element.self, shape, false)
    }
    try writePieces(values, to: name, owned, components, row: nil)
    try describe(name, label)
  }

  /// Creates a dataset that may grow by one row after the other.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - name: The dataset, such as `outputs/lambda`.
  ///   - type: Its numbers.
  ///   - rows: How many rows it has from the beginning; all of them must be written.
  ///   - row: The extent of each axis of a row: `[M]` for a row over the modes.
  ///   - label: What they are.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func createRows<Element: ResultElement>(
    _ name: String,
    of type: Element.Type,
    rows: Int = 0,
    row: [Int] = [],
    _ label: ResultLabel
  ) throws {
    try perform(adding: ResultFile.bytes([rows] + row, true)) { () throws(RecordError) in
      _ = try create(name, Element.self, [rows] + row, true)
    }
    try describe(name, label)
  }

  /// Appends a row that all ranks know.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The numbers of the row.
  ///   - name: The dataset.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func append<Element: ResultElement>(_ values: [Element], to name: String) throws {
    let shape = try grow(name)
    precondition(shape.dropFirst().reduce(1, *) == values.count, "a number for each element")
    let start = [shape[0] - 1] + shape.dropFirst().map { _ in 0 }
    let own = communicator.rank == 0 ? [1] + shape.dropFirst() : nil
    try values.withUnsafeBufferPointer { buffer in
      try perform(adding: 0) { () throws(RecordError) in
        try write(buffer, to: name, from: start, own)
      }
    }
  }

  /// Appends a row over all modes, each rank the modes that it owns.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The numbers of the owned modes.
  ///   - name: The dataset.
  ///   - owned: The modes that this rank owns.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func append<Element: ResultElement>(
    _ values: UnsafeBufferPointer<Element>,
    to name: String,
    owned: Range<Int>
  ) throws {
    let shape = try grow(name)
    try writePieces(values, to: name, owned, Array(shape.dropFirst(2)), row: shape[0] - 1)
  }

  /// Writes a part of a row over the modes, each rank the modes that it has.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - values: The numbers of these modes, mode by mode.
  ///   - name: The dataset.
  ///   - row: The row, which is there.
  ///   - owned: The modes; none on ranks that have no part in the row.
  ///   - components: The extents of the axes behind that of the modes.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write<Element: ResultElement>(
    _ values: UnsafeBufferPointer<Element>,
    to name: String,
    row: Int,
    owned: Range<Int>,
    components: [Int] = []
  ) throws {
    try writePieces(values, to: name, owned, components, row: row)
  }

  // MARK: - Hyperslabs

  /// Numbers that one call hands to MPI: more than 2 GiB are known to fail in some libraries.
  private static var piece: Int { 1 << 27 }

  private func writePieces<Element: ResultElement>(
    _ values: UnsafeBufferPointer<Element>,
    to name: String,
    _ owned: Range<Int>,
    _ components: [Int],
    row: Int?
  ) throws {
    let width = max(1, components.reduce(1, *))
    precondition(values.count == owned.count * width, "numbers for each owned mode")
    // All ranks make as many calls.
    let most = Int(try communicator.maximum(Int64(owned.count)))
    let step = max(1, min(most, ResultFile.piece / width))
    for first in stride(from: 0, to: most, by: step) {
      let modes = min(first, owned.count)..<min(first + step, owned.count)
      let part = UnsafeBufferPointer(
        rebasing: values[modes.lowerBound * width..<modes.upperBound * width]
      )
      let start = (row.map { [$0] } ?? []) + [owned.lowerBound + modes.lowerBound]
      let count = (row == nil ? [] : [1]) + [modes.count] + components
      try perform(adding: 0) { () throws(RecordError) in
        let origin = start + components.map { _ in 0 }
        try write(part, to: name, from: origin, modes.isEmpty ? nil : count)
      }
    }
  }

  /// Adds a row to a dataset and returns its shape.
  private func grow(_ name: String) throws -> [Int] {
    var shape = try perform(adding: 0) { () throws(RecordError) in
      let dataset = try HDF5Object(H5Dopen2(file, name, tgge_hdf5_default()), H5Dclose)
      let space = try HDF5Object(H5Dget_space(dataset.identifier), H5Sclose)
      let rank = H5Sget_simple_extent_ndims(space.identifier)
      guard rank > 0 else { throw RecordError("\(name) has no rows") }
      var shape = [hsize_t](repeating: 0, count: Int(rank))
      try check(H5Sget_simple_extent_dims(space.identifier, &shape, nil))
      return shape.map { Int($0) }
    }
    let before = ResultFile.bytes(shape, true)
    shape[0] += 1
    try perform(adding: ResultFile.bytes(shape, true) - before) { () throws(RecordError) in
      let dataset = try HDF5Object(H5Dopen2(file, name, tgge_hdf5_default()), H5Dclose)
      try check(H5Dset_extent(dataset.identifier, shape.map { hsize_t($0) }))
    }
    return shape
  }

  /// Writes a block of a dataset; nothing, but together with the others, where `count` is `nil`.
  private func write<Element: ResultElement>(
    _ values: UnsafeBufferPointer<Element>,
    to name: String,
    from start: [Int],
    _ count: [Int]?
  ) throws(RecordError) {
    let dataset = try HDF5Object(H5Dopen2(file, name, tgge_hdf5_default()), H5Dclose)
    let space = try HDF5Object(H5Dget_space(dataset.identifier), H5Sclose)
    let extents = (count ?? start.map { _ in 1 }).map { hsize_t($0) }
    let memory = try HDF5Object(
      start.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(start.count), extents, nil),
      H5Sclose
    )
    if count == nil {
      try check(H5Sselect_none(space.identifier))
      try check(H5Sselect_none(memory.identifier))
    } else if !start.isEmpty {
      let first = start.map { hsize_t($0) }
      try check(
        H5Sselect_hyperslab(space.identifier, H5S_SELECT_SET, first, nil, extents, nil)
      )
    }
    // A rank that owns nothing must pass a pointer all the same.
    var nothing: UInt64 = 0
    let kind = Element.kind.inMemory
    let (data, slab) = (dataset.identifier, space.identifier)
    let code = withUnsafePointer(to: &nothing) { nowhere in
      let base = UnsafeRawPointer(values.baseAddress) ?? UnsafeRawPointer(nowhere)
      return H5Dwrite(data, kind, memory.identifier, slab, transfer, base)
    }
    try check(code)
    // A rank that writes alone has a cache, whose errors nobody would see when the dataset is closed.
    if communicator.size == 1 { try check(H5Dflush(data)) }
  }

  private func create<Element: ResultElement>(
    _ name: String,
    _ type: Element.Type,
    _ shape: [Int],
    _ isExtendible: Bool
  ) throws(RecordError) -> HDF5Object {
    let extents = shape.map { hsize_t($0) }
    var limits = extents
    var chunk: [Int]?
    if isExtendible {
      limits[0] = tgge_hdf5_unlimited()
      chunk = ResultFile.chunk(row: Array(shape.dropFirst()))
    }
    let space = try HDF5Object(
      shape.isEmpty
        ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extents, limits),
      H5Sclose
    )
    return try create(name, Element.kind.inFile, space.identifier, chunk: chunk)
  }

  /// Creates a dataset and the groups on the way to it.
  func create(
    _ name: String,
    _ type: hid_t,
    _ space: hid_t,
    chunk: [Int]?
  ) throws(RecordError) -> HDF5Object {
    let links = try HDF5Object(tgge_hdf5_link_create(), H5Pclose)
    try check(H5Pset_create_intermediate_group(links.identifier, 1))
    let properties = try HDF5Object(tgge_hdf5_dataset_create(), H5Pclose)
    // All elements are written: none is filled before.
    try check(H5Pset_fill_time(properties.identifier, H5D_FILL_TIME_NEVER))
    if let chunk {
      let extents = chunk.map { hsize_t($0) }
      try check(H5Pset_chunk(properties.identifier, Int32(chunk.count), extents))
    }
    return try HDF5Object(
      H5Dcreate2(
        file,
        name,
        type,
        space,
        links.identifier,
        properties.identifier,
        tgge_hdf5_default()
      ),
      H5Dclose
    )
  }
}
