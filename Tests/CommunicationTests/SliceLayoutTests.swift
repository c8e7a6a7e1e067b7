import Communication
import Testing

@Suite("Slice layout")
struct SliceLayoutTests {
  @Test("Counts and offsets are those of the slices")
  func counts() {
    let layout = SliceLayout(slices: [0..<3, 3..<3, 3..<10])
    #expect(layout.count == 10)
    #expect(layout.counts == [3, 0, 7])
    #expect(layout.offsets == [0, 3, 3])
  }

  @Test("A vector of 2^31 - 1 elements has counts of 32 bits")
  func longest() {
    let end = Int(Int32.max)
    let layout = SliceLayout(slices: [0..<1, 1..<end])
    #expect(layout.counts == [1, Int32.max - 1])
    #expect(layout.offsets == [0, 1])
  }

  @Test("A vector of 2^31 elements has none, though each slice is short")
  func tooLong() {
    let half = 1 << 30
    let layout = SliceLayout(slices: [0..<half, half..<2 * half])
    #expect(layout.counts == nil)
    #expect(layout.offsets == nil)
    #expect(layout.count == 1 << 31)
  }
}
