import Communication
import Kinetics
import TestSupport
import Testing
import VectorMath

@Suite("Digest")
struct DigestTests {
  private static func digest(_ lambda: [Double]) throws -> UInt64 {
    let partition = Partition(momenta: lambda.count, bands: 1, rank: 0, ranks: 1)
    return try Kinetics.digest(
      of: AlignedVector(lambda),
      partition: partition,
      over: SerialCommunicator()
    )
  }

  /// splitmix64 as published, a generator with a state.
  private static func splitmix(_ seed: UInt64) -> UInt64 {
    var state = seed
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  @Test("The generator has its published first outputs")
  func generator() {
    #expect(Self.splitmix(0) == 0xE220_A839_7B1D_CDAF)
    #expect(Self.splitmix(0x9E37_79B9_7F4A_7C15) == 0x6E78_9E6A_A1B9_65F4)
  }

  @Test("The digest is the sum over modes of splitmix64(m XOR splitmix64(bits of λ))")
  func definition() throws {
    var generator = SeededGenerator(seed: 61)
    for count in [0, 1, 7, 100] {
      let lambda = generator.doubles(count, in: -5...5)
      var sum: UInt64 = 0
      for (mode, value) in lambda.enumerated() {
        sum &+= Self.splitmix(UInt64(mode) ^ Self.splitmix(value.bitPattern))
      }
      #expect(try Self.digest(lambda) == sum)
    }
  }

  @Test("-0 and +0 have the same digest")
  func zeros() throws {
    #expect(try Self.digest([-0.0, 1]) == Self.digest([0, 1]))
  }

  @Test("The last bit of one λ changes the digest")
  func lastBit() throws {
    #expect(try Self.digest([1, 2, 3]) != Self.digest([1, 2.0.nextUp, 3]))
  }

  @Test("Exchanged modes change the digest")
  func order() throws {
    #expect(try Self.digest([1, 2, 3]) != Self.digest([2, 1, 3]))
  }

  @Test("Any number of ranks has the same digest", arguments: [1, 2, 3, 4, 7])
  func ranks(_ ranks: Int) throws {
    var generator = SeededGenerator(seed: 62)
    for momenta in [4, 100, 101] {
      let lambda = generator.doubles(2 * momenta, in: -5...5)
      let digests = try InProcessCommunicator.run(ranks: ranks) { communicator in
        let partition = Partition(momenta: momenta, bands: 2, over: communicator)
        let owned = AlignedVector(Array(lambda[partition.owned]))
        return try Kinetics.digest(of: owned, partition: partition, over: communicator)
      }
      let expected = try Self.digest(lambda)
      #expect(digests == [UInt64](repeating: expected, count: ranks))
    }
  }
}
