/// A fixed number of doubles, as a rule in memory of its own, aligned to and padded with zeros to whole vectors.
///
/// It is neither copied nor counted nor checked: loops over modes run on its pointer, in steps of
/// whole vectors up to `paddedCount`, without a remainder. Allocated once, freed with its owner.
public struct AlignedVector: ~Copyable {
  /// The number of elements that mean something.
  public let count: Int

  /// The number of elements in memory, a multiple of eight.
  public let paddedCount: Int

  /// The elements; element 0 is aligned to 64 bytes.
  public let pointer: UnsafeMutablePointer<Double>

  /// Its own memory, if it has any.
  private let memory: ZeroedMemory?

  /// Allocates zeros.
  ///
  /// - Parameters:
  ///   - count: The number of elements.
  ///   - block: Pads to a multiple of this, itself a multiple of eight.
  public init(count: Int, block: Int = Vector.scalarCount) {
    self.count = count
    paddedCount = (count + block - 1) / block * block
    let memory = ZeroedMemory(bytes: paddedCount * MemoryLayout<Double>.stride)
    pointer = memory.pointer.bindMemory(to: Double.self, capacity: paddedCount)
    self.memory = memory
  }

  /// Takes memory that belongs to somebody else, who must keep it as long; zeros are there already.
  ///
  /// - Parameters:
  ///   - memory: Aligned to 64 bytes.
  ///   - count: The number of elements, a multiple of eight.
  public init(in memory: UnsafeMutablePointer<Double>, count: Int) {
    precondition(count % Vector.scalarCount == 0, "memory of others has whole vectors")
    self.count = count
    paddedCount = count
    pointer = memory
    self.memory = nil
  }

  /// Allocates the elements of an array.
  public init(_ elements: [Double]) {
    self.init(count: elements.count)
    for (index, element) in elements.enumerated() { pointer[index] = element }
  }

  deinit { memory?.free() }

  /// The elements that mean something.
  public var buffer: UnsafeMutableBufferPointer<Double> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// One element; not checked.
  public subscript(index: Int) -> Double {
    @inline(__always) get { pointer[index] }
    @inline(__always) nonmutating set { pointer[index] = newValue }
  }

  /// Copies all elements of a vector of the same length.
  public func copy(from other: borrowing AlignedVector) {
    precondition(other.count == count, "vectors of different lengths")
    pointer.update(from: other.pointer, count: paddedCount)
  }
}
