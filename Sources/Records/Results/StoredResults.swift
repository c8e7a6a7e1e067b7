internal import CHDF5
public import Communication
import Foundation

/// A file of results that is read, by one rank or by several together.
///
/// All functions are **collective** and throw alike on all ranks: `RecordError` on those where reading failed,
/// `RemoteFailure` on the others. What they return is the same on all ranks, but for slices of the modes.
///
/// ```swift
/// let results = try StoredResults(reading: "run.h5", over: communicator, handle: handle)
/// let times = try results.numbers(of: "outputs/time")
/// ```
public struct StoredResults<Group: Communicator>: ~Copyable {
  /// The file.
  public let path: String

  private let communicator: Group
  private let file: hid_t
  private let transfer: hid_t

  /// Opens a file.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - path: Its name, the same on all ranks.
  ///   - communicator: The ranks.
  ///   - handle: As for `ResultFile`.
  /// - Throws: `RecordError` or `RemoteFailure` if it cannot be read.
  public init(reading path: String, over communicator: Group, handle: Int32?) throws {
    precondition(communicator.size == 1 || handle != nil, "several ranks read by MPI")
    self.path = path
    self.communicator = communicator
    let isShared = communicator.size > 1
    // Before all open it together, one looks whether there is something to open.
    try communicator.agree {
      if communicator.rank == 0 { try StoredResults.requireHDF5(path) }
    }
    file = try communicator.agree {
      do throws(RecordError) {
        try check(tgge_hdf5_start())
        let access = try HDF5Object(tgge_hdf5_file_access(), H5Pclose)
        if isShared, let handle { try check(tgge_hdf5_share(access.identifier, handle)) }
        let file = H5Fopen(path, tgge_hdf5_read_only(), access.identifier)
        guard file >= 0 else { throw RecordError.hdf5() }
        return file
      } catch {
        throw RecordError("\(path): cannot be read: \(error)")
      }
    }
    transfer = tgge_hdf5_transfer(isShared ? 1 : 0)
  }

  deinit {
    H5Pclose(transfer)
    H5Fclose(file)
  }

  /// The first bytes of a file tell.
  private static func requireHDF5(_ path: String) throws(RecordError) {
    guard access(path, F_OK) == 0 else { throw RecordError("\(path): there is no such file") }
    let signature = [0x89] + Array("HDF\r\n\u{1A}\n".utf8)
    let source = try SliceFile(path, O_RDONLY)
    let first: [UInt8] = try source.read(min(try source.length, signature.count), at: 0)
    guard first == signature else { throw RecordError("\(path): is not an HDF5 file") }
  }

  // MARK: - What there is

  /// The command that wrote it, such as `evolve`.
  ///
  /// Collective.
  ///
  /// - Returns: Its name.
  /// - Throws: `RecordError` or `RemoteFailure` if it is not a file of results.
  public func command() throws -> String {
    guard try attribute("program", of: "/") == "tgge",
      let command = try attribute("command", of: "/")
    else { throw RecordError("\(path): is HDF5, but not a file of results of tgge") }
    return command
  }

  /// The extent of each axis of a dataset; `nil` if there is no such dataset.
  ///
  /// Collective.
  public func shape(of name: String) throws -> [Int]? {
    try perform { () throws(RecordError) in
      guard try exists(name) else { return nil }
      let dataset = try dataset(name)
      return try shape(of: dataset)
    }
  }

  /// An attribute that is text; `nil` if there is none.
  ///
  /// Collective.
  public func attribute(_ name: String, of object: String) throws -> String? {
    try perform { () throws(RecordError) in
      let owner = try HDF5Object(H5Oopen(file, object, tgge_hdf5_default()), H5Oclose)
      guard H5Aexists(owner.identifier, name) > 0 else { return nil }
      let standard = tgge_hdf5_default()
      let attribute = try HDF5Object(H5Aopen(owner.identifier, name, standard), H5Aclose)
      let type = try HDF5Object(tgge_hdf5_free_text(), H5Tclose)
      var text: UnsafeMutablePointer<CChar>?
      try check(H5Aread(attribute.identifier, type.identifier, &text))
      guard let text else { return nil }
      defer { H5free_memory(text) }
      return String(cString: text)
    }
  }

  /// All numbers of a dataset, the last axis fastest.
  ///
  /// Collective: all ranks read all.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if there is no such dataset, or it cannot be read.
  public func numbers(of name: String) throws -> [Double] {
    try perform { () throws(RecordError) in
      let dataset = try dataset(name)
      let count = try shape(of: dataset).reduce(1, *)
      guard count <= StoredResults.most else { throw RecordError("\(name) is too large") }
      var values = [Double](repeating: 0, count: max(count, 1))
      let (kind, all) = (tgge_hdf5_memory_double(), tgge_hdf5_everything())
      try check(H5Dread(dataset.identifier, kind, all, all, transfer, &values))
      return Array(values.prefix(count))
    }
  }

  /// The texts of a dataset, one for each row.
  ///
  /// Collective: all ranks read all.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if there is no such dataset, or it cannot be read.
  public func texts(of name: String) throws -> [String] {
    try perform { () throws(RecordError) in
      let dataset = try dataset(name)
      let count = try shape(of: dataset).reduce(1, *)
      let type = try HDF5Object(H5Dget_type(dataset.identifier), H5Tclose)
      let width = H5Tget_size(type.identifier)
      guard width > 0, H5Tget_class(type.identifier) == H5T_STRING,
        count <= StoredResults.most / width
      else { throw RecordError("\(name) is not text") }
      var bytes = [UInt8](repeating: 0, count: max(count * width, 1))
      let (kind, all) = (type.identifier, tgge_hdf5_everything())
      try check(H5Dread(dataset.identifier, kind, all, all, transfer, &bytes))
      return (0..<count).map { row in
        let text = bytes[row * width..<(row + 1) * width].prefix { $0 != 0 }
        return String(decoding: text, as: UTF8.self)
      }
    }
  }

  /// The most numbers that are read at once.
  private static var most: Int { 1 << 27 }

  // MARK: - Modes

  /// The numbers of the owned modes.
  ///
  /// Collective: each rank reads its own slice.
  ///
  /// - Parameters:
  ///   - name: The dataset: the modes are its first axis, or its second one behind the rows.
  ///   - row: The row; `nil` if there are no rows.
  ///   - owned: The modes that this rank owns.
  /// - Returns: The numbers, all components of a mode together.
  /// - Throws: `RecordError` or `RemoteFailure` if there is no such dataset, or it cannot be read.
  public func numbers(of name: String, row: Int? = nil, owned: Range<Int>) throws -> [Double] {
    let shape = try shape(of: name) ?? []
    let lead = row == nil ? 1 : 2
    let components = Array(shape.dropFirst(lead))
    let width = max(1, components.reduce(1, *))
    // There may be enough for the modes of one rank, and not for those of another.
    try communicator.agree {
      guard shape.count >= lead, shape[lead - 1] >= owned.upperBound, row ?? 0 < shape[0] else {
        throw RecordError("\(path): \(name) has not the modes of this run")
      }
    }
    var values = [Double](repeating: 0, count: max(1, owned.count * width))
    // All ranks make as many calls.
    let most = Int(try communicator.maximum(Int64(owned.count)))
    let step = max(1, min(most, StoredResults.most / width))
    for first in stride(from: 0, to: most, by: step) {
      let modes = min(first, owned.count)..<min(first + step, owned.count)
      let start = (row.map { [$0] } ?? []) + [owned.lowerBound + modes.lowerBound]
      let block = (row == nil ? [] : [1]) + [modes.count] + components
      try perform { () throws(RecordError) in
        try read(
          name,
          from: start + components.map { _ in 0 },
          modes.isEmpty ? nil : block,
          into: &values,
          at: modes.isEmpty ? 0 : modes.lowerBound * width
        )
      }
    }
    return Array(values.prefix(owned.count * width))
  }

  /// Reads a block; nothing, but together with the others, where `count` is `nil`.
  private func read(
    _ name: String,
    from start: [Int],
    _ count: [Int]?,
    into values: inout [Double],
    at place: Int
  ) throws(RecordError) {
    let dataset = try dataset(name)
    let space = try HDF5Object(H5Dget_space(dataset.identifier), H5Sclose)
    let extents = (count ?? start.map { _ in 1 }).map { hsize_t($0) }
    let memory = try HDF5Object(H5Screate_simple(Int32(start.count), extents, nil), H5Sclose)
    if count == nil {
      try check(H5Sselect_none(space.identifier))
      try check(H5Sselect_none(memory.identifier))
    } else {
      let first = start.map { hsize_t($0) }
      try check(H5Sselect_hyperslab(space.identifier, H5S_SELECT_SET, first, nil, extents, nil))
    }
    let (data, slab, kind) = (dataset.identifier, space.identifier, tgge_hdf5_memory_double())
    let code = values.withUnsafeMutableBufferPointer { buffer in
      H5Dread(data, kind, memory.identifier, slab, transfer, buffer.baseAddress.map { $0 + place })
    }
    try check(code)
  }

  // MARK: - Calls of the library

  private func exists(_ name: String) throws(RecordError) -> Bool {
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? "\(part)" : "/\(part)"
      let answer = H5Lexists(file, path, tgge_hdf5_default())
      try check(answer)
      if answer == 0 { return false }
    }
    return true
  }

  private func dataset(_ name: String) throws(RecordError) -> HDF5Object {
    guard try exists(name) else { throw RecordError("there is no dataset \(name)") }
    return try HDF5Object(H5Dopen2(file, name, tgge_hdf5_default()), H5Dclose)
  }

  private func shape(of dataset: borrowing HDF5Object) throws(RecordError) -> [Int] {
    let space = try HDF5Object(H5Dget_space(dataset.identifier), H5Sclose)
    let rank = H5Sget_simple_extent_ndims(space.identifier)
    guard rank >= 0 else { throw .hdf5() }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    if rank > 0 { try check(H5Sget_simple_extent_dims(space.identifier, &extents, nil)) }
    return extents.map { Int($0) }
  }

  private func perform<Result>(_ body: () throws(RecordError) -> Result) throws -> Result {
    try communicator.agree {
      do throws(RecordError) { return try body() } catch {
        throw RecordError("\(path): cannot be read: \(error)")
      }
    }
  }
}
