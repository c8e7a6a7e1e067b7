import Studies
import Testing

@Suite("Extrapolation along a line of steady states")
struct SteadyPredictorTests {
  private func point(_ p: Double, tangents: Bool) -> SteadyPredictor.Point {
    // x(p) of degree one, two and three.
    SteadyPredictor.Point(
      parameter: p,
      variables: [2 * p - 1, p * p, p * p * p - p],
      drive: tangents ? [2, 2 * p, 3 * p * p - 1] : nil
    )
  }

  @Test("Two points with tangents, or four without, give cubic functions exactly")
  func cubic() throws {
    for tangents in [true, false] {
      var predictor = SteadyPredictor()
      for p in tangents ? [0.1, 0.3] : [0, 0.1, 0.25, 0.3] {
        predictor.add(point(p, tangents: tangents))
      }
      let found = try #require(predictor.variables(at: 0.5, tangents ? .drive : nil))
      for (a, b) in zip(found, point(0.5, tangents: false).variables) {
        #expect(abs(a - b) < 1e-14)
      }
    }
  }

  @Test("One point gives its tangent, or itself; none gives nothing")
  func beginnings() throws {
    var predictor = SteadyPredictor()
    #expect(predictor.variables(at: 1, .drive) == nil)
    predictor.add(point(0.5, tangents: true))
    #expect(predictor.variables(at: 1, nil) == point(0.5, tangents: true).variables)
    let line = try #require(predictor.variables(at: 1, .drive))
    #expect(line == [1, 0.75, -0.5])
    // The same parameter again takes the place of the point.
    predictor.add(point(0.5, tangents: true))
    #expect(predictor.variables(at: 1, .drive) == line)
  }
}
