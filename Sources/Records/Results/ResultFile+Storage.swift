/// What datasets take on the disk.
extension ResultFile {
  /// About what the library writes of a dataset beside its elements.
  static var header: Int { 4096 }

  /// About what a dataset takes.
  static func bytes(_ shape: [Int], _ isExtendible: Bool) -> Int {
    guard isExtendible else { return header + 8 * shape.reduce(1, *) }
    // Whole chunks, each of which is listed.
    let chunk = chunk(row: Array(shape.dropFirst()))
    let chunks = zip(shape, chunk).map { ($0 + $1 - 1) / $1 }.reduce(1, *)
    return header + chunks * (8 * chunk.reduce(1, *) + 128)
  }

  /// The shape of a chunk: about a mebibyte, of one row if that is long, else of several.
  static func chunk(row: [Int]) -> [Int] {
    let most = 1 << 17
    var shape = row.map { max($0, 1) }
    let length = shape.reduce(1, *)
    if let first = shape.first, length > most { shape[0] = max(1, most / (length / first)) }
    return [max(1, min(1024, most / 8 / max(length, 1)))] + shape
  }
}
