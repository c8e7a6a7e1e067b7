extension Deck {
  /// The section `forces`: how the forces are computed.
  public struct Forces: Sendable, Equatable {
    /// The relative error up to which a smooth dense kernel is made separable; inside (0, 1).
    ///
    /// Nil, the default, leaves dense kernels dense.
    public let compression: Double?

    init(_ section: DeckSection) throws(DeckError) {
      try section.allow(["compression"])
      compression = try section.optional("compression")?.number(.insideZeroToOne)
    }
  }
}
