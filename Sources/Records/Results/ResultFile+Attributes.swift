internal import CHDF5

extension ResultFile {
  /// Writes an attribute that is text.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - name: The attribute.
  ///   - text: What it says, the same on all ranks.
  ///   - object: A dataset or a group; the file itself by default.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func setAttribute(_ name: String, _ text: String, of object: String = "/") throws {
    try perform(adding: 512 + text.utf8.count) { () throws(RecordError) in
      try attribute(name, tgge_hdf5_free_text(), of: object) { attribute, type in
        text.withCString { H5Awrite(attribute, type, [$0]) }
      }
    }
  }

  /// Writes an attribute that is a number; see the one for text.
  ///
  /// Collective.
  public func setAttribute<Element: ResultElement>(
    _ name: String,
    _ value: Element,
    of object: String = "/"
  ) throws {
    try perform { () throws(RecordError) in
      try attribute(name, H5Tcopy(Element.kind.inFile), of: object) { H5Awrite($0, $1, [value]) }
    }
  }

  /// Writes a text as a dataset of its own.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - text: The text, the same on all ranks.
  ///   - name: The dataset, such as `deck/given`.
  ///   - description: What it is.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write(_ text: String, to name: String, _ description: String) throws {
    try perform(adding: ResultFile.header + text.utf8.count) { () throws(RecordError) in
      let type = try HDF5Object(tgge_hdf5_text(text.utf8.count), H5Tclose)
      let space = try HDF5Object(H5Screate(H5S_SCALAR), H5Sclose)
      let dataset = try create(name, type.identifier, space.identifier, chunk: nil)
      let bytes = Array(text.utf8) + [0]
      if communicator.rank > 0 { try check(H5Sselect_none(space.identifier)) }
      try check(
        H5Dwrite(
          dataset.identifier,
          type.identifier,
          space.identifier,
          space.identifier,
          transfer,
          bytes
        )
      )
    }
    try setAttribute("description", description, of: name)
  }

  /// Writes a text for each row, all padded to the length of the longest.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - texts: The texts, the same on all ranks.
  ///   - name: The dataset, such as `sweep/cause`.
  ///   - label: What they are.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  public func write(_ texts: [String], to name: String, _ label: ResultLabel) throws {
    let width = max(1, texts.map(\.utf8.count).max() ?? 1)
    var bytes: [UInt8] = []
    for text in texts {
      bytes += Array(text.utf8) + Array(repeating: 0, count: width - text.utf8.count)
    }
    let rows = (texts.count + 1023) / 1024 * 1024
    try perform(adding: ResultFile.header + rows * width) { () throws(RecordError) in
      let type = try HDF5Object(tgge_hdf5_text(width), H5Tclose)
      let extents = [hsize_t(texts.count)]
      let limits = [tgge_hdf5_unlimited()]
      let space = try HDF5Object(H5Screate_simple(1, extents, limits), H5Sclose)
      let dataset = try create(name, type.identifier, space.identifier, chunk: [1024])
      if communicator.rank > 0 { try check(H5Sselect_none(space.identifier)) }
      let (data, kind, slab) = (dataset.identifier, type.identifier, space.identifier)
      try check(H5Dwrite(data, kind, slab, slab, transfer, bytes + [0]))
    }
    try describe(name, label)
  }

  /// Writes the attributes that each dataset has.
  func describe(_ name: String, _ label: ResultLabel) throws {
    try setAttribute("description", label.description, of: name)
    try setAttribute("unit", label.unit, of: name)
    try setAttribute("axes", label.axes.joined(separator: ", "), of: name)
  }

  private func attribute(
    _ name: String,
    _ type: hid_t,
    of object: String,
    _ write: (hid_t, hid_t) -> herr_t
  ) throws(RecordError) {
    let type = try HDF5Object(type, H5Tclose)
    let space = try HDF5Object(H5Screate(H5S_SCALAR), H5Sclose)
    let owner = try HDF5Object(H5Oopen(file, object, tgge_hdf5_default()), H5Oclose)
    let standard = tgge_hdf5_default()
    let attribute = try HDF5Object(
      H5Acreate2(owner.identifier, name, type.identifier, space.identifier, standard, standard),
      H5Aclose
    )
    try check(write(attribute.identifier, type.identifier))
  }
}

extension ResultKind {
  /// The type in files.
  var inFile: hid_t {
    switch self {
    case .double: tgge_hdf5_file_double()
    case .integer: tgge_hdf5_file_int64()
    }
  }

  /// The type in memory.
  var inMemory: hid_t {
    switch self {
    case .double: tgge_hdf5_memory_double()
    case .integer: tgge_hdf5_memory_int64()
    }
  }
}
