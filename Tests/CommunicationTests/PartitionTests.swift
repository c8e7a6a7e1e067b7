import Communication
import Testing

@Suite("Partition")
struct PartitionTests {
  static let cases = [
    (momenta: 1, ranks: 1), (100, 1), (100, 3), (100, 7), (101, 4), (4, 7), (0, 3), (1, 5),
    (64, 64),
    (1_000_003, 97),
  ]

  @Test("The slices of all ranks cover the momenta once, in order", arguments: cases)
  func covers(_ momenta: Int, _ ranks: Int) {
    let partition = Partition(momenta: momenta, bands: 2, rank: 0, ranks: ranks)
    var next = 0
    for rank in 0..<ranks {
      #expect(partition.momenta(of: rank).lowerBound == next)
      next = partition.momenta(of: rank).upperBound
    }
    #expect(next == momenta)
  }

  @Test("No rank owns two momenta more than another", arguments: cases)
  func balanced(_ momenta: Int, _ ranks: Int) {
    let partition = Partition(momenta: momenta, bands: 3, rank: 0, ranks: ranks)
    let counts = (0..<ranks).map { partition.momenta(of: $0).count }
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test("Slices are whole granules, but for the end of the last", arguments: cases, [2, 64])
  func granules(_ size: (momenta: Int, ranks: Int), _ granule: Int) {
    let (momenta, ranks) = size
    let partition = Partition(momenta: momenta, bands: 2, granule: granule, rank: 0, ranks: ranks)
    let slices = (0..<ranks).map { partition.momenta(of: $0) }
    #expect(slices.first?.lowerBound == 0 && slices.last?.upperBound == momenta)
    for (slice, next) in zip(slices, slices.dropFirst()) {
      #expect(slice.upperBound == next.lowerBound)
      #expect(slice.upperBound % granule == 0 || slice.upperBound == momenta)
    }
    // No rank has two granules more than another.
    let counts = slices.map { ($0.count + granule - 1) / granule }
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test("With more ranks than momenta the spare ranks own nothing")
  func spareRanks() {
    let partition = Partition(momenta: 4, bands: 2, rank: 6, ranks: 7)
    let counts = (0..<7).map { partition.modes(of: $0).count }
    #expect(counts == [2, 2, 2, 2, 0, 0, 0])
    #expect(partition.owned.isEmpty)
  }

  @Test("All bands of a momentum stay together", arguments: [1, 2, 5])
  func bands(_ bands: Int) {
    let partition = Partition(momenta: 10, bands: bands, rank: 0, ranks: 3)
    #expect(partition.modes == 10 * bands)
    for rank in 0..<3 {
      let momenta = partition.momenta(of: rank)
      let expected = momenta.lowerBound * bands..<momenta.upperBound * bands
      #expect(partition.modes(of: rank) == expected)
    }
  }

  @Test("A rank owns its own slice")
  func owned() {
    for rank in 0..<4 {
      let partition = Partition(momenta: 11, bands: 2, rank: rank, ranks: 4)
      #expect(partition.owned == partition.modes(of: rank))
      #expect(partition.ownedMomenta == partition.momenta(of: rank))
    }
  }

  @Test("The layout holds the modes of all ranks")
  func layout() {
    let partition = Partition(momenta: 5, bands: 2, rank: 0, ranks: 3)
    #expect(partition.layout.slices == [0..<4, 4..<8, 8..<10])
  }

  @Test("A communicator gives rank and size")
  func communicator() {
    let partition = Partition(momenta: 5, bands: 2, over: SerialCommunicator())
    #expect(partition == Partition(momenta: 5, bands: 2, rank: 0, ranks: 1))
  }
}
