/// Tables over one range of momenta, each padded with zeros to whole vectors.
///
/// Loops run over the planes in steps of vectors, without a remainder; `interleaved` brings what they
/// compute into the order of modes, band fastest.
public struct Planes: Sendable, Equatable {
  /// The number of planes.
  public let count: Int

  /// The elements of a plane that mean something.
  public let length: Int

  /// The distance of two planes in memory, a multiple of eight.
  public let stride: Int

  private var elements: [Double]

  /// Creates planes of zeros.
  public init(count: Int, length: Int) {
    self.count = count
    self.length = length
    stride = length.roundedUpToVectors
    elements = [Double](repeating: 0, count: count * stride)
  }

  /// Creates planes of which `fill` writes every element, the padding too; not called if there are none.
  public init(count: Int, length: Int, fill: (UnsafeMutablePointer<Double>) -> Void) {
    self.count = count
    self.length = length
    stride = length.roundedUpToVectors
    let size = count * stride
    elements = [Double](unsafeUninitializedCapacity: size) { buffer, initialized in
      if let start = buffer.baseAddress, size > 0 { fill(start) }
      initialized = size
    }
  }

  /// One element.
  public subscript(plane: Int, index: Int) -> Double {
    get { elements[plane * stride + index] }
    set { elements[plane * stride + index] = newValue }
  }

  /// Hands the planes to `body` for reading; not called if there are none.
  public func read(_ body: (UnsafePointer<Double>) -> Void) {
    elements.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress, !buffer.isEmpty { body(start) }
    }
  }

  /// Hands the planes to `body` for writing; not called if there are none.
  public mutating func write(_ body: (UnsafeMutablePointer<Double>) -> Void) {
    elements.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress, !buffer.isEmpty { body(start) }
    }
  }

  /// The elements of some planes by turns, as modes have them: index · bands + band.
  ///
  /// - Parameter planes: One plane for each band.
  /// - Returns: `length` · `planes.count` elements.
  public func interleaved(_ planes: [Int]) -> [Double] {
    if planes.count == 1 {
      if count == 1, length == stride { return elements }
      return Array(elements[planes[0] * stride..<planes[0] * stride + length])
    }
    let count = length * planes.count
    return [Double](unsafeUninitializedCapacity: count) { result, initialized in
      read { start in
        for (band, plane) in planes.enumerated() {
          let source = start + plane * stride
          for index in 0..<length { result[index * planes.count + band] = source[index] }
        }
      }
      initialized = count
    }
  }
}
