import Communication
import Foundation
import MPICommunication
import Testing

extension MultiRank {
  @Suite("Gather and broadcast") struct Movements {
    let world = MultiRank.world

    /// The slices of `count` elements, as even as they can be.
    private func layout(_ count: Int) -> SliceLayout {
      Partition(momenta: count, bands: 1, over: world).layout
    }

    @Test("A gather completes the vector, also with more ranks than elements")
    func gathers() throws {
      for world in MultiRank.variants {
        for count in [0, 1, 2, 3, 6, 7, 8, 50] {
          let layout = layout(count)
          var values = [Double](repeating: .nan, count: count)
          for index in layout.slices[world.rank] { values[index] = Double(index) + 0.5 }
          var span = values.mutableSpan
          try world.gather(&span, layout: layout)
          #expect(values == (0..<count).map { Double($0) + 0.5 }, "count \(count)")
        }
      }
    }

    @Test("A slice may be empty, or everything")
    func uneven() throws {
      for world in MultiRank.variants {
        for owner in 0..<world.size {
          let slices = (0..<world.size).map { $0 < owner ? 0..<0 : $0 == owner ? 0..<11 : 11..<11 }
          var values = [UInt64](repeating: 0, count: 11)
          if world.rank == owner { values = (0..<11).map { $0 &* 0x9E37_79B9_7F4A_7C15 } }
          var span = values.mutableSpan
          try world.gather(&span, layout: SliceLayout(slices: slices))
          #expect(values == (0..<11).map { $0 &* 0x9E37_79B9_7F4A_7C15 }, "owner \(owner)")
        }
      }
    }

    @Test("Any bits survive: NaN with its payload, negative zero")
    func bits() throws {
      let count = 2 * world.size
      let layout = layout(count)
      let pattern: [UInt64] = [0x7FF8_0000_DEAD_BEEF, 0x8000_0000_0000_0000]
      var values = [Double](repeating: 1, count: count)
      for index in layout.slices[world.rank] {
        values[index] = Double(bitPattern: pattern[index % 2])
      }
      var span = values.mutableSpan
      try world.gather(&span, layout: layout)
      #expect(values.map(\.bitPattern) == (0..<count).map { pattern[$0 % 2] })
    }

    @Test("A broadcast has the elements of its root, each rank in turn")
    func broadcasts() throws {
      for world in MultiRank.variants {
        for root in 0..<world.size {
          for count in [0, 1, 6, 7, 8, 50] {
            var values = (0..<count).map { Int64(world.rank == root ? $0 + root : -1) }
            var span = values.mutableSpan
            try world.broadcast(&span, from: root)
            #expect(values == (0..<count).map { Int64($0 + root) }, "root \(root), count \(count)")
          }
        }
      }
    }

    @Test("Bytes of a length that only the root knows")
    func bytes() throws {
      for world in MultiRank.variants {
        for root in 0..<world.size {
          for count in [0, 1, 100] {
            let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            var bytes = world.rank == root ? sent : [1, 2, 3]
            try world.broadcast(&bytes, from: root)
            #expect(bytes == sent, "root \(root), count \(count)")
          }
        }
      }
    }

    @Test("No rank leaves a barrier before the last has come")
    func barriers() throws {
      for world in MultiRank.variants where world.size > 1 {
        for last in 0..<world.size {
          // One clock for all ranks of the host.
          if world.rank == last { Thread.sleep(forTimeInterval: 0.01) }
          let entered = ProcessInfo.processInfo.systemUptime
          try world.barrier()
          let left = ProcessInfo.processInfo.systemUptime
          #expect(left >= (try world.maximum(entered)), "rank \(last) came last")
        }
      }
    }
  }
}
