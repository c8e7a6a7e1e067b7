import RealModule
import Studies
import Testing

@Suite("Harmonics of the boundary phase")
struct TwistHarmonicsTests {
  private func values(_ twists: Int, _ body: (Double) -> [Double]) -> [[Double]] {
    (0..<twists).map { body(2 * .pi * Double($0) / Double(twists)) }
  }

  @Test("Mean and harmonics of a chain are those it was made of", arguments: [5, 6, 9])
  func chain(twists: Int) {
    // 2 Re(a e^{iθ}) with a = (0.3, 0.4)/2 has |a_1| + |a_−1| = 0.5.
    let values = values(twists) { x in
      [7 + 0.3 * .cos(x) - 0.4 * .sin(x) + 0.02 * .cos(2 * x - 1), -1 + 0.1 * .sin(x)]
    }
    let harmonics = TwistHarmonics(values, twists: twists, dimension: 1)
    #expect(abs(harmonics.mean[0] - 7) < 1e-14)
    #expect(abs(harmonics.mean[1] + 1) < 1e-15)
    #expect(abs(harmonics.first - 0.5) < 1e-14)
    #expect(abs(harmonics.second - 0.02) < 1e-14)
  }

  @Test("In two directions, waves along both count, and the order is that of the larger component")
  func square() {
    let values = TwistHarmonics.tuples(of: 0..<5, 2).map { twist in
      let (x, y) = (0.4 * .pi * Double(twist[0]), 0.4 * .pi * Double(twist[1]))
      return [1 + 0.1 * .cos(x) + 0.2 * .sin(y) + 0.4 * .cos(x - y) + 0.05 * .sin(2 * x + y)]
    }
    let harmonics = TwistHarmonics(values, twists: 5, dimension: 2)
    #expect(abs(harmonics.mean[0] - 1) < 1e-14)
    #expect(abs(harmonics.first - 0.7) < 1e-14)
    #expect(abs(harmonics.second - 0.05) < 1e-14)
  }

  @Test("A constant has no harmonics")
  func constant() {
    let harmonics = TwistHarmonics(values(5) { _ in [0.1] }, twists: 5, dimension: 1)
    #expect(harmonics.first < 1e-16 && harmonics.second < 1e-16)
  }
}
