import Communication
import MPICommunication
import Testing

extension MultiRank {
  @Suite("Sum and maximum") struct Reductions {
    let world = MultiRank.world

    @Test("A sum has a term from each rank, at any length and limit")
    func sums() throws {
      for world in MultiRank.variants {
        for count in [0, 1, 2, 6, 7, 8, 50] {
          var values = (0..<count).map { Double(world.rank * 100 + $0) }
          var span = values.mutableSpan
          try world.sum(&span)
          let ranks = Double(world.size)
          let expected = (0..<count).map { 50 * ranks * (ranks - 1) + ranks * Double($0) }
          #expect(values == expected, "count \(count)")
        }
      }
    }

    @Test("A maximum is that of one of the ranks")
    func maxima() throws {
      for world in MultiRank.variants {
        for count in [0, 1, 8, 20] {
          // Element i is largest on rank i modulo the number of ranks.
          var values = (0..<count).map { Int64($0 % world.size == world.rank ? $0 : -$0 - 1) }
          var span = values.mutableSpan
          try world.maximum(&span)
          #expect(values == (0..<count).map(Int64.init), "count \(count)")
        }
      }
    }

    @Test("Negative infinity and negative numbers have a maximum")
    func negative() throws {
      #expect(try world.maximum(-.infinity as Double) == -.infinity)
      #expect(try world.maximum(Double(-1 - world.rank)) == -1)
    }

    @Test("Unsigned numbers and bytes are compared without a sign")
    func unsigned() throws {
      let first = world.rank == 0
      #expect(try world.maximum(first ? UInt64.max : 1) == UInt64.max)
      #expect(try world.maximum(first ? UInt8.max : 1) == UInt8.max)
      #expect(try world.maximum(first ? 0 : UInt64(world.rank)) == UInt64(world.size - 1))
    }

    @Test("Integer sums wrap around")
    func wrapping() throws {
      let ranks = UInt64(world.size)
      #expect(try world.sum(UInt64.max) == 0 &- ranks)
      #expect(try world.sum(Int64.max) == Int64.max &* Int64(world.size))
      #expect(try world.sum(Int64.min + Int64(world.rank)) == wrapped(world.size))
      #expect(try world.sum(UInt8.max) == UInt8(truncatingIfNeeded: 0 &- ranks))
    }

    /// Σ_r (2⁶³ + r) modulo 2⁶⁴.
    private func wrapped(_ size: Int) -> Int64 {
      Int64.min &* Int64(size) &+ Int64(size * (size - 1) / 2)
    }

    @Test("All ranks get the same bits of a sum of doubles")
    func sameBits() throws {
      let sum = try world.sum(1 / Double(world.rank + 3))
      let (least, most) = (
        try world.maximum(0 &- Int64(bitPattern: sum.bitPattern)),
        try world.maximum(Int64(bitPattern: sum.bitPattern))
      )
      #expect(0 &- least == most)
    }
  }
}
