extension Deck {
  /// The section `time`: span, tolerances and outputs.
  public struct Time: Sendable, Equatable {
    /// The last time, in inverse energies; above 0, default 400.
    public let end: Double

    /// The error of a step relative to λ; above 0, at most 1, default 1e-10.
    public let relativeTolerance: Double

    /// The error of a step where λ is near 0; above 0, at most 1, default 1e-10.
    public let absoluteTolerance: Double

    /// The number of outputs, equally spaced with 0 and end among them; 2 to 1 000 000, default 2.
    public let outputs: Int

    init(_ section: DeckSection) throws(DeckError) {
      try section.allow(["end", "relative-tolerance", "absolute-tolerance", "outputs"])
      end = try section.number("end", .positive, default: 400)
      relativeTolerance = try section.number("relative-tolerance", .tolerance, default: 1e-10)
      absoluteTolerance = try section.number("absolute-tolerance", .tolerance, default: 1e-10)
      outputs = try section.optional("outputs")?.integer(2...1_000_000) ?? 2
    }
  }
}
