extension Deck {
  /// The section `time`: span, method, tolerances and outputs.
  public struct Time: Sendable, Equatable {
    /// How to step: `auto`, `nested`, `explicit` or `implicit`; default `auto`.
    public let method: String

    /// The last time, in inverse energies; above 0, default 400; infinite for `steady`.
    public let end: Double

    /// The error of a step relative to λ; above 0, at most 1, default 1e-10.
    public let relativeTolerance: Double

    /// The error of a step where λ is near 0; above 0, at most 1, default 1e-10.
    public let absoluteTolerance: Double

    /// The number of outputs, equally spaced with 0 and end among them; 2 to 1 000 000, default 2, and 2
    /// with `end: steady`.
    public let outputs: Int

    /// Whether to go on until the state is steady.
    public var endsSteady: Bool { end == .infinity }

    /// What `method` may be.
    static let methods = ["auto", "nested", "explicit", "implicit"]

    init(_ section: DeckSection) throws(DeckError) {
      try section.allow(["method", "end", "relative-tolerance", "absolute-tolerance", "outputs"])
      method = try section.optional("method")?.choice(Time.methods) ?? "auto"
      if let field = section.optional("end") {
        end = field.isWord("steady") ? .infinity : try field.number(.time)
      } else {
        end = 400
      }
      relativeTolerance = try section.number("relative-tolerance", .tolerance, default: 1e-10)
      absoluteTolerance = try section.number("absolute-tolerance", .tolerance, default: 1e-10)
      outputs = try section.optional("outputs")?.integer(2...1_000_000) ?? 2
      guard end.isFinite || outputs == 2 else {
        throw section.error(
          at: "outputs",
          "is \(outputs); with end: steady the outputs are the beginning and the end, and 2 is allowed"
        )
      }
      guard end.isFinite || method != "explicit" && method != "nested" else {
        throw section.error(
          at: "method",
          "is \(method); with end: steady the steps are implicit, and auto or implicit is allowed"
        )
      }
    }
  }
}
