import Communication
import Dissipation
import VectorMath

/// The forces of a kernel of low rank, from its 2R moments (physics: W(k→q) = Σ_r γ_r f_r(k) g_r(q)).
///
///     gain_q = Σ_r γ_r g_r(q) A_r        loss_q = Σ_r γ_r f_r(q) B_r
///
/// Two passes over the owned modes with one Allreduce between them; the moments are exact sums, so all
/// results have the same bits on any number of ranks.
///
/// - Complexity: O(R · owned) work, one Allreduce of 8R + 1 integers (more where factors range over
///   more than 60 bits); memory for 2R doubles for each owned mode.
public struct SeparableForce<Group: Communicator>: ForceEngine, ~Copyable {
  /// `separable`.
  public static var name: String { "separable" }

  /// Who owns which modes.
  public let partition: Partition

  private let communicator: Group
  private let channels: Int
  private var moments: Moments
  /// γ_r and the scales of the tables f_r and g_r, multiplied.
  private let couplings: [Double]
  /// For each channel γ_r A_r and γ_r B_r, in the scales of the tables they multiply.
  private let coefficients: AlignedVector

  /// Creates the engine.
  ///
  /// Collective: the ranks agree on the windows of the exact sums.
  ///
  /// - Parameters:
  ///   - kernel: The rate kernel over the modes that this rank owns.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Throws: `CommunicationError` if the maximum fails.
  public init(
    kernel: SeparableKernel,
    partition: Partition,
    communicator: Group
  ) throws(CommunicationError) {
    self.partition = partition
    self.communicator = communicator
    channels = kernel.channels.count
    let tables = kernel.channels.flatMap { [$0.source, $0.sink] }

    // The largest and the smallest magnitude of each table, as exponents of two.
    var extremes = [Int64](repeating: .min / 2, count: 2 * tables.count)
    for (index, table) in tables.enumerated() {
      for value in table where value != 0 {
        let exponent = Int64(value.exponent)
        extremes[2 * index] = max(extremes[2 * index], exponent)
        extremes[2 * index + 1] = max(extremes[2 * index + 1], -exponent)
      }
    }
    if !extremes.isEmpty {
      var span = extremes.mutableSpan
      try communicator.maximum(&span)
    }
    var exponents: [Int] = []
    var range = 0
    for index in tables.indices {
      let (top, bottom) = (extremes[2 * index], -extremes[2 * index + 1])
      exponents.append(top > .min / 2 ? Int(top) + 1 : 0)
      if top > .min / 2 { range = max(range, Int(top - bottom)) }
    }
    moments = Moments(
      tables: tables,
      exponents: exponents,
      range: range,
      modes: partition.owned.count
    )
    couplings = kernel.channels.indices.map { r in
      let scale = exponents[2 * r] + exponents[2 * r + 1]
      return kernel.channels[r].coupling * Double(sign: .plus, exponent: scale, significand: 1)
    }
    coefficients = AlignedVector(count: 2 * channels)
  }

  /// Writes gain and loss of the owned modes.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    try evaluateMoments(at: lambda)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (toward, away) = rates(at: index)
      gain.pointer.store(toward, at: index)
      loss.pointer.store(away, at: index)
    }
  }

  /// Writes λ̇ of the owned modes.
  ///
  /// Collective; see `ForceEngine`.
  public mutating func derivative(
    at lambda: borrowing AlignedVector,
    scale: Double,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    try evaluateMoments(at: lambda)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let (gain, loss) = rates(at: index)
      let rate = slope(lambda: lambda.pointer.vector(at: index), gain: gain, loss: loss)
      derivative.store(scale * rate, at: index)
    }
  }

  private mutating func evaluateMoments(
    at lambda: borrowing AlignedVector
  ) throws(CommunicationError) {
    let communicator = communicator
    try moments.evaluate(at: lambda, over: communicator)
    for r in 0..<channels {
      coefficients[2 * r] = couplings[r] * moments.value(2 * r)
      coefficients[2 * r + 1] = couplings[r] * moments.value(2 * r + 1)
    }
  }

  /// Gain and loss of eight modes.
  @inline(__always)
  private func rates(at index: Int) -> (gain: Vector, loss: Vector) {
    var gain = Vector.zero
    var loss = Vector.zero
    for r in 0..<channels {
      let f = moments.factors.pointer + 2 * r * moments.stride
      let g = f + moments.stride
      gain = multiplyAdd(g.vector(at: index), Vector(repeating: coefficients[2 * r]), gain)
      loss = multiplyAdd(f.vector(at: index), Vector(repeating: coefficients[2 * r + 1]), loss)
    }
    return (gain, loss)
  }
}
