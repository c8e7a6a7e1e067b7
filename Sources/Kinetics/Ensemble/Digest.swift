import Communication
import VectorMath

/// A fingerprint of λ: equal bits on any number of ranks, for one binary and engine.
///
/// Collective.
///
///     Σ_m splitmix64(m XOR splitmix64(bits of λ_m, −0 as +0))  mod 2⁶⁴
///
/// - Parameters:
///   - lambda: λ of the owned modes.
///   - partition: Who owns which modes.
///   - communicator: The ranks.
/// - Returns: The fingerprint, on every rank.
/// - Throws: `CommunicationError` if the sum fails.
/// - Complexity: one Allreduce of one integer.
public func digest(
  of lambda: borrowing AlignedVector,
  partition: Partition,
  over communicator: some Communicator
) throws(CommunicationError) -> UInt64 {
  var sum = DigestSum()
  sum.add(lambda.pointer, count: lambda.count, first: partition.owned.lowerBound)
  return try communicator.sum(sum.value)
}

/// The sum of a digest over the modes of one rank.
struct DigestSum {
  private(set) var value: UInt64 = 0

  /// Adds λ of modes that follow each other.
  ///
  /// - Parameters:
  ///   - lambda: λ of the first of them.
  ///   - count: Their number.
  ///   - first: The place of the first among all modes of all ranks.
  mutating func add(_ lambda: UnsafePointer<Double>, count: Int, first: Int) {
    let lanes = Vector.scalarCount
    var modes = SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7) &+ UInt64(first)
    var sums = SIMD8<UInt64>.zero
    let whole = count / lanes * lanes
    for index in stride(from: 0, to: whole, by: lanes) {
      let bits = unsafeBitCast(lambda.vector(at: index), to: SIMD8<UInt64>.self)
      sums &+= splitmix64(modes ^ splitmix64(bits.replacing(with: 0, where: bits .== signBit)))
      modes &+= UInt64(lanes)
    }
    value &+= sums.wrappedSum()
    for index in whole..<count {
      let bits = lambda[index] == 0 ? 0 : lambda[index].bitPattern
      value &+= splitmix64(UInt64(first + index) ^ splitmix64(bits))
    }
  }
}

/// The bits of −0, of which all lanes are one.
private let signBit = SIMD8<UInt64>(repeating: 1 << 63)

/// One output of the generator splitmix64 for each lane.
@inline(__always)
private func splitmix64(_ seed: SIMD8<UInt64>) -> SIMD8<UInt64> {
  var z = seed &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z &>> 31)
}
