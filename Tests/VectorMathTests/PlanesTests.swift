import Testing
import VectorMath

@Suite("Planes")
struct PlanesTests {
  @Test("Planes are zeros at first, padded to whole vectors, and keep what is written")
  func storage() {
    var planes = Planes(count: 3, length: 9)
    #expect(planes.stride == 16)
    planes[1, 8] = 5
    let last = 2 * planes.stride
    planes.write { $0.store(Vector(repeating: 7), at: last) }
    planes.read { start in
      #expect(start[16 + 8] == 5)
      #expect(start[0] == 0)
    }
    #expect(planes[2, 7] == 7 && planes[2, 8] == 0)
    Planes(count: 0, length: 9).read { _ in Issue.record("there is nothing to read") }
  }

  @Test("Planes that are filled have what was written", arguments: [0, 1, 8, 9])
  func filling(_ length: Int) {
    let planes = Planes(count: 2, length: length) { start in
      #expect(length > 0)
      for index in 0..<2 * length.roundedUpToVectors { start[index] = Double(index) }
    }
    #expect(planes.count == 2 && planes.length == length)
    for index in 0..<length {
      #expect(planes[0, index] == Double(index))
      #expect(planes[1, index] == Double(planes.stride + index))
    }
  }

  @Test("Interleaving puts the planes of a momentum side by side", arguments: [0, 1, 8, 21])
  func interleaving(_ length: Int) {
    var planes = Planes(count: 3, length: length)
    for plane in 0..<3 {
      for index in 0..<length { planes[plane, index] = Double(10 * index + plane) }
    }
    var last: [Double] = []
    var pairs: [Double] = []
    for index in 0..<length {
      last.append(Double(10 * index + 2))
      pairs += [Double(10 * index + 2), Double(10 * index)]
    }
    #expect(planes.interleaved([2]) == last)
    #expect(planes.interleaved([2, 0]) == pairs)
  }
}
