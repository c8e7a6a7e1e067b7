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
  private let kernel: ScaledKernel
  private var moments: Moments
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
    self.kernel = try ScaledKernel(
      kernel,
      modes: partition.owned.count,
      over: communicator
    )
    moments = Moments(of: self.kernel)
    coefficients = AlignedVector(count: 2 * self.kernel.channels)
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

  /// The tables, at the end of this engine.
  consuming func takeKernel() -> ScaledKernel { kernel }

  private mutating func evaluateMoments(
    at lambda: borrowing AlignedVector
  ) throws(CommunicationError) {
    try moments.evaluate(kernel, at: lambda, over: communicator)
    for r in 0..<kernel.channels {
      coefficients[2 * r] = kernel.couplings[r] * moments.value(2 * r)
      coefficients[2 * r + 1] = kernel.couplings[r] * moments.value(2 * r + 1)
    }
  }

  /// Gain and loss of eight modes.
  @inline(__always)
  private func rates(at index: Int) -> (gain: Vector, loss: Vector) {
    var gain = Vector.zero
    var loss = Vector.zero
    for r in 0..<kernel.channels {
      let f = kernel.table(2 * r, from: 0)
      let g = kernel.table(2 * r + 1, from: 0)
      gain = multiplyAdd(g.vector(at: index), Vector(repeating: coefficients[2 * r]), gain)
      loss = multiplyAdd(f.vector(at: index), Vector(repeating: coefficients[2 * r + 1]), loss)
    }
    return (gain, loss)
  }
}
