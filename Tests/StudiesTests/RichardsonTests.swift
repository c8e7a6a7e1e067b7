import RealModule
import Studies
import Testing

@Suite("Richardson extrapolation")
struct RichardsonTests {
  @Test("Differences of e^x become its derivative, and the error is covered", arguments: [1, 2])
  func exponential(order: Int) {
    var table = Richardson(order: order)
    for step in 0..<8 {
      let h = 0.5 / Double(1 << step)
      let far = Double.exp(1 + h)
      let other = order == 2 ? Double.exp(1 - h) : Double.exp(1)
      table.add([(far - other) / (order == 2 ? 2 * h : h)])
    }
    let deviation = abs(table.value[0] - .exp(1))
    #expect(deviation < 1e-11)
    #expect(deviation <= table.error + 1e-14 && table.error < 1e-10)
  }

  @Test("A function with a kink has an error that says so")
  func kink() {
    var table = Richardson(order: 1)
    for step in 0..<8 {
      let h = 1 / Double(1 << step)
      table.add([abs(h - 0.01).squareRoot() / h])
    }
    #expect(table.error > 1e-3)
  }
}
