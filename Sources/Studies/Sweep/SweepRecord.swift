/// What is known of the points of a sweep, told to an observer in their order.
struct SweepRecord {
  private var outcomes: [SweepOutcome?]
  private var reported = 0

  /// Begins with what is known already.
  init(points count: Int, _ former: [Int: SweepOutcome]) {
    outcomes = (0..<count).map { former[$0] }
  }

  /// What became of all points, when all are solved.
  var all: [SweepOutcome] { outcomes.compactMap { $0 } }

  /// Takes more points, and tells of those that are complete with all before them.
  mutating func add(_ found: [Int: SweepOutcome], observer: inout some SweepObserver & ~Copyable) {
    for (point, outcome) in found { outcomes[point] = outcome }
    while reported < outcomes.count, let outcome = outcomes[reported] {
      observer.didFinish(reported, outcome)
      reported += 1
    }
  }
}
