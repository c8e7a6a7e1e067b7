import Communication
import Lattice
import VectorMath

/// The velocities of the modes that a rank owns, a table for each direction and orbital.
public struct VelocityTables: ~Copyable {
  /// The number of tables.
  let count: Int

  /// What the values reach that were loaded.
  private(set) var extremes: [TableExtremes]

  /// The distance between two tables: the owned modes, rounded up to whole vectors.
  let stride: Int

  /// The tables, one after the other, with zeros between them.
  private let values: AlignedVector

  /// Makes room.
  init(count: Int, modes: Int) {
    self.count = count
    stride = modes.roundedUpToVectors
    values = AlignedVector(count: stride * count)
    extremes = [TableExtremes](repeating: TableExtremes(), count: count)
  }

  /// Tables that are copied.
  ///
  /// - Parameters:
  ///   - velocities: Each over the owned modes.
  ///   - modes: Their number.
  public init(_ velocities: [[Double]], modes: Int) {
    self.init(count: velocities.count, modes: modes)
    load(velocities, at: 0)
  }

  /// For each table an exponent E with |v| < 2^E on all ranks.
  ///
  /// Collective: one maximum.
  ///
  /// - Parameter communicator: The ranks.
  /// - Returns: The exponents, the same on every rank; 0 for a table of zeros.
  /// - Throws: `CommunicationError` if the maximum fails.
  public func exponents(over communicator: some Communicator) throws(CommunicationError) -> [Int] {
    var largest = extremes.map(\.largest)
    if !largest.isEmpty {
      var span = largest.mutableSpan
      try communicator.maximum(&span)
    }
    return largest.map { $0 > 0 ? Int($0.exponent) + 1 : 0 }
  }

  /// Writes the velocities of some modes.
  ///
  /// - Parameters:
  ///   - velocities: For each table those of the same modes.
  ///   - start: The place of the first among the owned modes, at the beginning of a vector.
  mutating func load(_ velocities: [[Double]], at start: Int) {
    for (index, velocity) in velocities.enumerated() {
      velocity.withUnsafeBufferPointer {
        extremes[index].copy($0, by: 1, to: table(index) + start)
      }
    }
  }

  /// Writes the velocities of some modes, those of the present tile of a lattice of one orbital.
  mutating func load(_ band: SingleBand, count: Int, at start: Int) {
    for direction in 0..<self.count {
      let target = table(direction) + start
      band.writeVelocities(in: direction, to: target, count: count.roundedUpToVectors)
      let values = UnsafeBufferPointer(start: target, count: count)
      extremes[direction].copy(values, by: 1, to: target)
    }
  }

  /// A table over the owned modes, rounded up to whole vectors.
  func buffer(_ index: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: table(index), count: stride)
  }

  /// A table, from the first owned mode on.
  func table(_ index: Int) -> UnsafeMutablePointer<Double> { values.pointer + index * stride }
}
