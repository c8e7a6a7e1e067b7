import Communication
import Dissipation
import Kinetics
import TestSupport
import VectorMath

/// Gain, loss and λ̇ of all modes, put together from the ranks.
struct ForceValues: Equatable, Sendable {
  var gain: [Double] = []
  var loss: [Double] = []
  var derivative: [Double] = []

  /// What an engine writes on this rank; `scale` is that of λ̇.
  init<Engine: ForceEngine & ~Copyable>(
    _ engine: inout Engine,
    at owned: [Double],
    scale: Double = 1
  ) throws {
    let lambda = AlignedVector(owned)
    var gain = AlignedVector(count: owned.count)
    var loss = AlignedVector(count: owned.count)
    let derivative = AlignedVector(count: owned.count)
    try engine.rates(at: lambda, gain: &gain, loss: &loss)
    try engine.derivative(at: lambda, scale: scale, into: derivative.pointer)
    self.gain = Array(gain.buffer)
    self.loss = Array(loss.buffer)
    self.derivative = Array(derivative.buffer)
  }

  init(_ slices: [ForceValues]) {
    gain = slices.flatMap(\.gain)
    loss = slices.flatMap(\.loss)
    derivative = slices.flatMap(\.derivative)
  }
}

/// Which engine a test is about.
enum TestedEngine: CaseIterable, Sendable {
  case direct
  case separable

  /// The forces of a kernel over all modes, computed on one rank of a group.
  func values(
    _ kernel: SeparableKernel,
    at lambda: [Double],
    bands: Int = 1,
    scale: Double = 1,
    granule: Int = 1,
    over communicator: some Communicator = SerialCommunicator()
  ) throws -> ForceValues {
    let partition = Partition(
      momenta: lambda.count / bands,
      bands: bands,
      granule: granule,
      over: communicator
    )
    let owned = Array(lambda[partition.owned])
    switch self {
    case .direct:
      var engine = DirectForce(
        kernel: RateKernel(separable: kernel),
        partition: partition,
        communicator: communicator
      )
      return try ForceValues(&engine, at: owned, scale: scale)
    case .separable:
      let channels = kernel.channels.map { channel in
        Channel(
          coupling: channel.coupling,
          source: Array(channel.source[partition.owned]),
          sink: Array(channel.sink[partition.owned])
        )
      }
      var engine = try SeparableForce(
        kernel: SeparableKernel(channels: channels),
        partition: partition,
        communicator: communicator
      )
      return try ForceValues(&engine, at: owned, scale: scale)
    }
  }
}

/// Sums over all pairs in twice the precision.
struct ExactForces {
  var gain: [DoubleDouble]
  var loss: [DoubleDouble]

  init(_ kernel: SeparableKernel, at lambda: [Double]) {
    let occupations = lambda.map { DoubleDouble.occupation($0) }
    let vacancies = lambda.map { DoubleDouble.occupation(-$0) }
    gain = lambda.map { _ in DoubleDouble(0) }
    loss = gain
    for q in lambda.indices {
      for k in lambda.indices {
        var (into, out) = (DoubleDouble(0), DoubleDouble(0))
        for channel in kernel.channels {
          let coupling = DoubleDouble(channel.coupling)
          into += coupling * DoubleDouble(channel.source[k]) * DoubleDouble(channel.sink[q])
          out += coupling * DoubleDouble(channel.source[q]) * DoubleDouble(channel.sink[k])
        }
        gain[q] += into * occupations[k]
        loss[q] += out * vacancies[k]
      }
    }
  }

  /// λ̇ in units of the scale.
  func derivative(of q: Int, at lambda: Double) -> DoubleDouble {
    loss[q] / .occupation(-lambda) - gain[q] / .occupation(lambda)
  }
}
