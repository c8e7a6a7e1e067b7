import Communication
import Foundation

/// How long something took, again and again.
struct Timings {
  /// The seconds of each repeat.
  private(set) var seconds: [Double] = []

  /// The seconds that the processor worked for this rank in each repeat: less than the others where
  /// the core had to be shared with other programs.
  private var processorSeconds: [Double] = []

  /// Measures `body` from when all ranks begin to when the slowest has finished.
  ///
  /// Collective.
  mutating func add(
    on communicator: some Communicator,
    rounds: Int = 1,
    _ body: () throws -> Void
  ) throws {
    try communicator.barrier()
    let start = ContinuousClock.now
    let worked = Timings.processorTime
    for _ in 0..<rounds { try body() }
    processorSeconds.append((Timings.processorTime - worked) / Double(rounds))
    let duration = (ContinuousClock.now - start) / .seconds(1)
    seconds.append(try communicator.maximum(duration) / Double(rounds))
  }

  /// Adds a time that was taken otherwise, that of the slowest rank.
  ///
  /// Collective.
  mutating func add(_ duration: Double, on communicator: some Communicator) throws {
    seconds.append(try communicator.maximum(duration))
  }

  /// The middle of the repeats.
  var median: Double { middle(of: seconds) }

  /// The shortest repeat.
  var fastest: Double { seconds.min() ?? .nan }

  /// The longest repeat.
  var slowest: Double { seconds.max() ?? .nan }

  /// The least work of the processor for this rank in a repeat; spinning while it waits is work, too.
  var leastWork: Double { processorSeconds.min() ?? .nan }

  /// The time that this thread has had the processor, in seconds.
  private static var processorTime: Double {
    var time = timespec()
    guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return .nan }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// The median of some figures.
func middle(of values: [Double]) -> Double {
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/// The time that `body` takes on the slowest rank, in seconds, from when all ranks begin.
///
/// Collective.
func seconds(on communicator: some Communicator, _ body: () throws -> Void) throws -> Double {
  var timings = Timings()
  try timings.add(on: communicator, body)
  return timings.median
}
