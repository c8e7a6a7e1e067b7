import Pictures
import Testing

@Suite("Curves")
struct CurveTests {
  @Test("Thinning leaves short curves alone and keeps each peak of long ones, in order")
  func thinning() {
    let short = Curve("", .line, points: (0..<100).map { .init(Double($0), 0) })
    #expect(short.thinned(to: 100) == short)

    var points = (0..<100_000).map { Curve.Point(Double($0), Double($0 % 7)) }
    points[54_321].y = 1000
    points[12_345].y = -1000
    let thin = Curve("", .line, points: points).thinned(to: 400)
    #expect(thin.points.count == 400)
    #expect(thin.points.contains(.init(54_321, 1000)))
    #expect(thin.points.contains(.init(12_345, -1000)))
    #expect(zip(thin.points, thin.points.dropFirst()).allSatisfy { $0.x < $1.x })
  }
}
