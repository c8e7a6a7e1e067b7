import Communication
import VectorMath

/// A number of eight modes for each stage, or the five real numbers of the problems; see `RadauMethod`.
typealias FiveVectors = InlineArray<5, Vector>

extension InlineArray where count == 5, Element == Vector {
  /// The numbers of eight modes that stand `stride` apart.
  @inline(__always)
  init(from table: UnsafePointer<Double>, stride: Int) {
    self.init { UnsafePointer(table + $0 * stride).vector(at: 0) }
  }

  /// Stores the numbers `stride` apart.
  @inline(__always)
  func store(to table: UnsafeMutablePointer<Double>, stride: Int) {
    for index in 0..<5 { (table + index * stride).store(self[index], at: 0) }
  }

  /// The product of a matrix, row by row, and these numbers.
  @inline(__always)
  func transformed(by matrix: UnsafePointer<Double>) -> FiveVectors {
    FiveVectors { row in
      var sum = Vector.zero
      for column in 0..<5 {
        sum = multiplyAdd(Vector(repeating: matrix[5 * row + column]), self[column], sum)
      }
      return sum
    }
  }

  /// The numbers of the problems, divided by μ_e/h − d_m: one real and two complex quotients.
  ///
  /// - Parameters:
  ///   - shifts: μ_0/h, Re μ_1/h, Im μ_1/h, Re μ_2/h, Im μ_2/h.
  ///   - diagonal: d of the modes.
  /// - Returns: The quotients, as five real numbers.
  @inline(__always)
  func divided(byShifts shifts: UnsafePointer<Double>, minus diagonal: Vector) -> FiveVectors {
    var quotients = FiveVectors(repeating: self[0] / (Vector(repeating: shifts[0]) - diagonal))
    for pair in 0..<2 {
      let imaginary = Vector(repeating: shifts[2 * pair + 2])
      let real: Vector = Vector(repeating: shifts[2 * pair + 1]) - diagonal
      let square: Vector = multiplyAdd(real, real, imaginary * imaginary)
      let inverse: Vector = 1 / square
      let (x, y) = (self[2 * pair + 1], self[2 * pair + 2])
      let first: Vector = multiplyAdd(x, real, y * imaginary)
      let second: Vector = multiplyAdd(y, real, -(x * imaginary))
      quotients[2 * pair + 1] = first * inverse
      quotients[2 * pair + 2] = second * inverse
    }
    return quotients
  }

  /// These numbers plus others.
  @inline(__always)
  func plus(_ other: FiveVectors) -> FiveVectors { FiveVectors { self[$0] + other[$0] } }
}

/// The largest of many values; infinite if one of them was not a number.
struct LargestValue {
  private var largest = Vector.zero
  private var poison = Vector.zero

  /// Takes eight values that are not negative.
  @inline(__always)
  mutating func take(_ values: Vector) {
    largest = largest.replacing(with: values, where: values .> largest)
    poison += values * 0
  }

  /// The largest of all.
  var value: Double { poison == Vector.zero ? largest.max() : .infinity }

  /// The largest of all ranks.
  ///
  /// Collective.
  func value(over communicator: some Communicator) throws(CommunicationError) -> Double {
    try communicator.maximum(value)
  }
}
