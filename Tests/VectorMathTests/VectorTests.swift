import TestSupport
import Testing
import VectorMath

@Suite("Vector")
struct VectorTests {
  @Test("multiplyAdd is a b + c, lane by lane")
  func multiplyAddOfIntegers() {
    let a = Vector(1, 2, 3, 4, 5, 6, 7, 8)
    let b = Vector(3, -1, 4, 1, -5, 9, 2, 6)
    let c = Vector(10, 20, 30, 40, 50, 60, 70, 80)
    #expect(multiplyAdd(a, b, c) == Vector(13, 18, 42, 44, 25, 114, 84, 128))
  }

  @Test("multiplyAdd rounds once where it is fused and twice elsewhere, in all lanes alike")
  func multiplyAddRounding() {
    // (1 + 2⁻³⁰)² − 1 = 2⁻²⁹ + 2⁻⁶⁰: two roundings lose the last term.
    let a = Vector(repeating: 1 + 0x1p-30)
    let result = multiplyAdd(a, a, Vector(repeating: -1))
    let once = Vector(repeating: 0x1p-29 + 0x1p-60)
    let twice = Vector(repeating: 0x1p-29)
    #expect(result == once || result == twice)
  }

  @Test("multiplyAdd rounds to half a unit for the product and half a unit for the sum")
  func multiplyAddAccuracy() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<1000 {
      let (a, b, c) = (
        Vector(generator.doubles(8, in: -1...1)), Vector(generator.doubles(8, in: -1...1)),
        Vector(generator.doubles(8, in: -1...1))
      )
      let result = multiplyAdd(a, b, c)
      for lane in 0..<8 {
        let exact = DoubleDouble(a[lane]) * DoubleDouble(b[lane]) + DoubleDouble(c[lane])
        let error = (DoubleDouble(result[lane]) - exact).magnitude.high
        #expect(error <= ((a[lane] * b[lane]).ulp + result[lane].ulp) / 2)
      }
    }
  }

  @Test(
    "Counts round up to whole vectors",
    arguments: [(0, 0), (1, 8), (7, 8), (8, 8), (9, 16), (1000, 1000), (1001, 1008)]
  )
  func roundedUp(_ count: Int, _ expected: Int) {
    #expect(count.roundedUpToVectors == expected)
  }

  @Test("Vectors load from any element, aligned or not")
  func load() {
    let elements = (0..<20).map(Double.init)
    elements.withUnsafeBufferPointer { buffer in
      guard let pointer = buffer.baseAddress else { return }
      for index in 0...12 {
        #expect(pointer.vector(at: index) == Vector(elements[index..<index + 8]))
      }
    }
  }

  @Test("Vectors store to any element and leave the others as they are")
  func store() {
    for index in 0...12 {
      let memory = AlignedVector((0..<20).map(Double.init))
      memory.pointer.store(Vector(repeating: -1), at: index)
      for element in 0..<20 {
        let expected = (index..<index + 8).contains(element) ? -1 : Double(element)
        #expect(memory[element] == expected)
      }
      #expect(memory.pointer.vector(at: index) == Vector(repeating: -1))
    }
  }
}
