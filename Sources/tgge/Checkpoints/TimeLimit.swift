import Foundation

/// When a run must be over.
struct TimeLimit {
  /// The moment; `nil` without a limit.
  private let deadline: ContinuousClock.Instant?

  /// What the batch system needs to be sure that the job ends by itself, in seconds.
  private static let batchMargin = 10.0

  /// Takes the earliest of what the user and the batch system say.
  ///
  /// - Parameters:
  ///   - span: What the user allows, from `start` on.
  ///   - start: When the run began.
  ///   - environment: Slurm has the end of the job as seconds since 1970 in SLURM_JOB_END_TIME; Torque the
  ///     seconds that it may last in PBS_WALLTIME, which are counted from `start` on, since when it began
  ///     is not told.
  init(
    _ span: TimeSpan?,
    from start: ContinuousClock.Instant,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    var deadlines: [ContinuousClock.Instant] = []
    if let span { deadlines.append(start + .seconds(span.seconds)) }
    if let end = TimeLimit.seconds(environment["SLURM_JOB_END_TIME"]) {
      let left = end - Date.now.timeIntervalSince1970 - TimeLimit.batchMargin
      deadlines.append(.now + .seconds(left))
    }
    if let walltime = TimeLimit.seconds(environment["PBS_WALLTIME"]) {
      deadlines.append(start + .seconds(walltime - TimeLimit.batchMargin))
    }
    deadline = deadlines.min()
  }

  /// A number of seconds that can be one; others say nothing.
  private static func seconds(_ text: String?) -> Double? {
    text.flatMap(Double.init).flatMap { (1...1e11).contains($0) ? $0 : nil }
  }

  /// Whether less than so many seconds are left.
  func isNearer(than seconds: Double) -> Bool {
    guard let deadline else { return false }
    return deadline - .now < .seconds(seconds)
  }
}
