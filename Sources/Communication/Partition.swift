/// Which rank owns which modes: contiguous slices of momenta, all bands of a momentum together.
///
/// Slices are whole granules, the last of which may be cut short by the end of the momenta. The first ranks own one
/// granule more than the others, where there are some left over. With more ranks than granules the spare ranks own
/// nothing.
public struct Partition: Sendable, Equatable {
  /// The number of momenta, N.
  public let momenta: Int

  /// The number of bands; there are M = N · bands modes.
  public let bands: Int

  /// Momenta that are never divided between ranks.
  public let granule: Int

  /// This rank.
  public let rank: Int

  /// The number of ranks.
  public let ranks: Int

  /// Divides `momenta` among `ranks`.
  public init(momenta: Int, bands: Int, granule: Int = 1, rank: Int, ranks: Int) {
    self.momenta = momenta
    self.bands = bands
    self.granule = granule
    self.rank = rank
    self.ranks = ranks
  }

  /// Divides `momenta` among the ranks of a communicator.
  ///
  /// Not collective.
  public init(momenta: Int, bands: Int, granule: Int = 1, over communicator: some Communicator) {
    self.init(
      momenta: momenta,
      bands: bands,
      granule: granule,
      rank: communicator.rank,
      ranks: communicator.size
    )
  }

  /// M, the number of modes of all ranks.
  public var modes: Int { momenta * bands }

  /// The momenta of a rank.
  public func momenta(of rank: Int) -> Range<Int> {
    let granules = (momenta + granule - 1) / granule
    let (share, rest) = granules.quotientAndRemainder(dividingBy: ranks)
    let start = rank * share + min(rank, rest)
    let end = start + share + (rank < rest ? 1 : 0)
    return min(momenta, start * granule)..<min(momenta, end * granule)
  }

  /// The modes of a rank.
  public func modes(of rank: Int) -> Range<Int> {
    let slice = momenta(of: rank)
    return slice.lowerBound * bands..<slice.upperBound * bands
  }

  /// The modes that this rank owns.
  public var owned: Range<Int> { modes(of: rank) }

  /// The momenta that this rank owns.
  public var ownedMomenta: Range<Int> { momenta(of: rank) }

  /// The slices of all ranks in a vector over the modes.
  public var layout: SliceLayout { SliceLayout(slices: (0..<ranks).map(modes(of:))) }
}
