import CLAPACK
import Communication
import VectorMath

/// The memory of an accelerated fixed point x = G(x): differences of the last few iterates.
///
/// With the residuals r = G(x) − x, the next iterate is G(x) − Σ_j c_j ΔG_j, where c makes |r − Σ_j c_j Δr_j| smallest.
/// All inner products are exact sums, and the small system is solved on the first rank: any number of
/// ranks finds the same bits.
///
/// D. G. Anderson, J. ACM 12, 547 (1965); H. F. Walker, P. Ni, SIAM J. Numer. Anal. 49, 1715 (2011).
struct AndersonHistory: ~Copyable {
  /// The largest number of differences.
  private let depth: Int
  /// The number of elements that this rank owns.
  private let count: Int
  /// Δr_j and ΔG_j, each divided by a power of two that brings Δr_j below 1; slot by slot.
  private let residuals: AlignedVector
  private let images: AlignedVector
  private let stride: Int
  /// r and G of the iterate before.
  private let lastResidual: AlignedVector
  private let lastImage: AlignedVector
  /// Δr_i · Δr_j of the slots.
  private var products: [Double]
  private var used = 0
  private var next = 0
  private var hasLast = false

  init(count: Int, depth: Int) {
    self.depth = depth
    self.count = count
    stride = count.roundedUpToVectors
    residuals = AlignedVector(count: stride * depth)
    images = AlignedVector(count: stride * depth)
    lastResidual = AlignedVector(count: count)
    lastImage = AlignedVector(count: count)
    products = [Double](repeating: 0, count: depth * depth)
  }

  /// Forgets all.
  mutating func reset() {
    used = 0
    next = 0
    hasLast = false
  }

  /// Writes the next iterate.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - iterate: On entry x, on return the next one.
  ///   - image: G(x), finite.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if a collective fails.
  mutating func advance(
    _ iterate: borrowing AlignedVector,
    image: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    // The residual stands in the iterate's place.
    for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
      let residual = image.pointer.vector(at: index) - iterate.pointer.vector(at: index)
      iterate.pointer.store(residual, at: index)
    }
    if hasLast { try remember(iterate, image, over: communicator) }
    lastResidual.copy(from: iterate)
    lastImage.copy(from: image)
    hasLast = true

    let weights = try leastSquares(iterate, over: communicator)
    iterate.copy(from: image)
    for (slot, weight) in weights.enumerated() where weight != 0 {
      let difference = images.pointer + slot * stride
      for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
        let change = difference.vector(at: index) * Vector(repeating: -weight)
        iterate.pointer.store(iterate.pointer.vector(at: index) + change, at: index)
      }
    }
  }

  /// Adds the differences from the iterate before, in the place of the oldest.
  ///
  /// Collective.
  private mutating func remember(
    _ residual: borrowing AlignedVector,
    _ image: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) {
    let slot = next
    let difference = residuals.pointer + slot * stride
    let change = images.pointer + slot * stride
    for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
      let old = lastResidual.pointer.vector(at: index)
      difference.store(residual.pointer.vector(at: index) - old, at: index)
      change.store(
        image.pointer.vector(at: index) - lastImage.pointer.vector(at: index),
        at: index
      )
    }
    let largest = try communicator.maximum(largestMagnitude(UnsafePointer(difference)))
    guard largest > 0, largest.isFinite else { return }
    let scale = Double(sign: .plus, exponent: -Int(largest.exponent) - 1, significand: 1)
    for index in 0..<stride {
      difference[index] *= scale
      change[index] *= scale
    }
    next = (next + 1) % depth
    used = min(used + 1, depth)

    var sums = ExactSums(exponents: [Int](repeating: 0, count: used))
    for other in 0..<used {
      add(
        UnsafePointer(difference),
        UnsafePointer(residuals.pointer + other * stride),
        other,
        &sums
      )
    }
    try sums.reduce(over: communicator)
    for other in 0..<used {
      products[slot * depth + other] = sums.value(other)
      products[other * depth + slot] = sums.value(other)
    }
  }

  /// The weights c_j that make the residual smallest.
  ///
  /// Collective.
  private func leastSquares(
    _ residual: borrowing AlignedVector,
    over communicator: some Communicator
  ) throws(CommunicationError) -> [Double] {
    guard used > 0 else { return [] }
    let largest = try communicator.maximum(largestMagnitude(UnsafePointer(residual.pointer)))
    guard largest > 0 else { return [] }
    var sums = ExactSums(exponents: [Int](repeating: Int(largest.exponent) + 1, count: used))
    for slot in 0..<used {
      let difference = UnsafePointer(residuals.pointer + slot * stride)
      add(difference, UnsafePointer(residual.pointer), slot, &sums)
    }
    try sums.reduce(over: communicator)

    var weights = [Double](repeating: 0, count: used)
    if communicator.rank == 0 {
      // Differences of length one.
      let lengths = (0..<used).map { products[$0 * depth + $0].squareRoot() }
      var matrix: [Double] = []
      for row in 0..<used {
        for column in 0..<used {
          matrix.append(products[row * depth + column] / (lengths[row] * lengths[column]))
        }
      }
      var right = (0..<used).map { sums.value($0) / lengths[$0] }
      var values = right
      let isFinite = (matrix + right).allSatisfy(\.isFinite)
      let size = Int32(used)
      if isFinite,
        tgge_lapack_least_squares(size, size, 1, &matrix, &right, &values, 1e-12) == 0
      {
        weights = zip(right, lengths).map { $0 / $1 }
      }
    }
    var span = weights.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return weights
  }

  private func largestMagnitude(_ vector: UnsafePointer<Double>) -> Double {
    (0..<count).reduce(0) { max($0, abs(vector[$1])) }
  }

  /// Adds Σ a b to a sum.
  private func add(
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    _ index: Int,
    _ sums: inout ExactSums
  ) {
    let window = sums.windows[index]
    let block = FoldAccumulator.capacity * Vector.scalarCount
    for start in Swift.stride(from: 0, to: stride, by: block) {
      var accumulator = FoldAccumulator()
      let end = min(start + block, stride)
      for mode in Swift.stride(from: start, to: end, by: Vector.scalarCount) {
        accumulator.add(a.vector(at: mode) * b.vector(at: mode), window)
      }
      sums.absorb(&accumulator, into: index)
    }
  }
}
