import Communication
import Kinetics
import VectorMath

/// λ̇ from a function, to test the stepping with equations whose solution is known.
struct FunctionEngine: ForceEngine, ~Copyable {
  let partition: Partition

  /// λ̇ of the owned modes, from the number of earlier evaluations and λ.
  private let function: (Int, [Double]) throws(CommunicationError) -> [Double]
  private var evaluations = 0
  private var rates: [Double] = []
  private var errorSums = ErrorSums()
  private let communicator: any Communicator

  init(
    partition: Partition,
    over communicator: any Communicator = SerialCommunicator(),
    _ function: @escaping (Int, [Double]) throws(CommunicationError) -> [Double]
  ) {
    self.partition = partition
    self.communicator = communicator
    self.function = function
  }

  mutating func rates(
    at lambda: borrowing AlignedVector,
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {}

  mutating func enter(_ lambda: borrowing AlignedVector) throws(CommunicationError) {
    rates = try function(evaluations, Array(lambda.buffer))
    evaluations += 1
  }

  mutating func advance(
    _ pass: StagePass
  ) throws(CommunicationError) -> (first: Double, second: Double) {
    if let slope = pass.slope {
      for (index, rate) in rates.enumerated() { slope[index] = pass.scale * rate }
    }
    guard let next = pass.next else { return (0, 0) }
    let state = AlignedVector(count: partition.owned.count)
    next.terms.add(to: next.base, from: 0, count: state.paddedCount, into: state.pointer)
    next.end?.update(from: state.pointer, count: state.paddedCount)
    try enter(state)
    guard let errors = next.errors else { return (0, 0) }
    return try errorSums.evaluate(errors, from: next.base, to: state, over: communicator)
  }

  func largestRate() -> Double { 0 }

  func imbalance() -> Imbalance { Imbalance() }
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
