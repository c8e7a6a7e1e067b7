import Communication
import Kinetics
import VectorMath

/// λ̇ from a function, to test the stepping with equations whose solution is known.
struct FunctionEngine: ForceEngine, ~Copyable {
  static let name = "function"

  let partition: Partition

  /// λ̇ of the owned modes, from the number of earlier evaluations and λ.
  private let function: (Int, [Double]) throws(CommunicationError) -> [Double]
  private var evaluations = 0

  init(
    partition: Partition,
    _ function: @escaping (Int, [Double]) throws(CommunicationError) -> [Double]
  ) {
    self.partition = partition
    self.function = function
  }

  mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {}

  mutating func derivative(
    at lambda: borrowing AlignedVector,
    scale: Double,
    into derivative: UnsafeMutablePointer<Double>
  ) throws(CommunicationError) {
    let rates = try function(evaluations, Array(lambda.buffer))
    evaluations += 1
    for (index, rate) in rates.enumerated() { derivative[index] = scale * rate }
    for index in rates.count..<lambda.paddedCount { derivative[index] = 0 }
  }
}

/// An integration of λ̇ = function(evaluations, λ) on one rank.
func evolution(
  from initial: [Double],
  relative: Double = 1e-10,
  absolute: Double = 1e-10,
  _ function: @escaping (Int, [Double]) throws(CommunicationError) -> [Double]
) -> Evolution<FunctionEngine, SerialCommunicator> {
  let partition = Partition(momenta: initial.count, bands: 1, rank: 0, ranks: 1)
  let engine = FunctionEngine(partition: partition, function)
  return Evolution(
    RateEquation(engine: engine, rate: Double(initial.count)),
    from: AlignedVector(initial),
    control: StepControl(relativeTolerance: relative, absoluteTolerance: absolute),
    over: SerialCommunicator()
  )
}

extension Evolution where Engine: ~Copyable {
  /// λ of the owned modes.
  var lambda: [Double] { withLambda { Array($0.buffer) } }
}

/// Keeps what a function is called with.
final class Record {
  var states: [[Double]] = []
}
