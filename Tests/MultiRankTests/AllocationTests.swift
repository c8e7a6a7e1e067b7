import CAllocationCount
import Communication
import MPICommunication
import Testing

/// The number of allocations that `body` makes in Swift code on this thread.
func allocations(in body: () throws -> Void) rethrows -> Int {
  tgge_count_begin()
  defer { _ = tgge_count_end() }
  try body()
  return tgge_count_end()
}

/// Whether allocations can be counted, and the compiler has removed those that it can.
let countsAllocations: Bool = {
  var isDebugging = false
  assert({ isDebugging = true }() == ())
  return tgge_count_is_available() && !isDebugging
}()

extension MultiRank {
  @Suite("Allocations", .enabled(if: countsAllocations)) struct Allocations {
    let world = MultiRank.world

    @Test("The control: arrays are counted, and grown ones too")
    func control() {
      // The first array of a kind makes the metadata of its type.
      var kept = [[Double](repeating: 0, count: 1)]
      kept.reserveCapacity(9)
      let long = [Double](repeating: 1, count: 1000)
      let fresh = allocations {
        for size in 1...8 { kept.append([Double](repeating: 1, count: size)) }
      }
      #expect(fresh == 8)
      #expect(allocations { kept[0] += long } > 0)
      #expect(allocations { kept[1][0] += 1 } == 0)
    }

    @Test("Collectives allocate nothing in Swift code")
    func collectives() throws {
      let count = 5 * world.size + 3
      let layout = Partition(momenta: count, bands: 1, over: world).layout
      for world in MultiRank.variants {
        var doubles = [Double](repeating: 1, count: count)
        var integers = [Int64](repeating: 1, count: count)
        func once() throws {
          var span = doubles.mutableSpan
          try world.gather(&span, layout: layout)
          try world.broadcast(&span, from: world.size - 1)
          try world.maximum(&span)
          var limbs = integers.mutableSpan
          try world.sum(&limbs)
          _ = try world.maximum(1 as Int64)
        }
        // The first round makes the metadata of generic types.
        try once()
        let found = try allocations { for _ in 0..<100 { try once() } }
        #expect(found == 0)
      }
    }
  }
}
