internal import CHDF5

/// Something open in HDF5, closed with its owner.
struct HDF5Object: ~Copyable {
  /// The library's number.
  let identifier: hid_t

  private let close: (hid_t) -> herr_t

  /// Takes over what a call has opened.
  ///
  /// - Throws: `RecordError` with what the library says if the call has failed.
  init(_ identifier: hid_t, _ close: @escaping (hid_t) -> herr_t) throws(RecordError) {
    guard identifier >= 0 else { throw .hdf5() }
    self.identifier = identifier
    self.close = close
  }

  deinit { _ = close(identifier) }
}

/// Throws unless a call of HDF5 succeeded.
func check(_ code: herr_t) throws(RecordError) {
  guard code >= 0 else { throw .hdf5() }
}

extension RecordError {
  /// What the library says about the call that has just failed.
  static func hdf5() -> RecordError {
    var text = [CChar](repeating: 0, count: 257)
    tgge_hdf5_reason(&text)
    let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let reason = String(decoding: bytes, as: UTF8.self)
    // The library ends with a list of numbers; the system's own words stand inside.
    for part in reason.split(separator: ", ") where part.hasPrefix("error message = ") {
      return RecordError(part.dropFirst("error message = ".count).filter { $0 != "'" })
    }
    return RecordError(reason.isEmpty ? "HDF5 failed" : "HDF5: \(reason)")
  }
}
