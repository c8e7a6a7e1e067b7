/// The moments in the five stages of a step, as a polynomial in time that begins at those before the step.
struct StageMoments {
  /// A_0, B_0, A_1 … at the beginning.
  var start: [Double]

  /// For each stage the same.
  var stages: [Double]

  /// The moments at the end.
  var end: ArraySlice<Double> { stages.suffix(start.count) }

  /// Moments that do not change.
  init(constant start: [Double]) {
    self.start = start
    stages = (0..<RadauMethod.stages).flatMap { _ in start }
  }

  /// The polynomial of other moments, as the stages of a step that begins and ends elsewhere.
  ///
  /// - Parameters:
  ///   - other: The moments of a step.
  ///   - origin: Where the step begins, in units of that one's length from its beginning on.
  ///   - ratio: Its length in the same units.
  init(_ other: StageMoments, from origin: Double, ratio: Double) {
    let count = other.start.count
    func values(at x: Double) -> [Double] {
      var result = other.start
      for stage in 0..<RadauMethod.stages {
        let weight = RadauMethod.weight(stage, at: x)
        for moment in 0..<count {
          result[moment] += weight * (other.stages[stage * count + moment] - other.start[moment])
        }
      }
      return result
    }
    start = origin == 1 ? Array(other.end) : values(at: origin)
    stages = RadauMethod.nodes.flatMap { values(at: origin + ratio * $0) }
  }
}
