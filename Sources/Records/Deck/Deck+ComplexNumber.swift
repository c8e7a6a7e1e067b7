extension Deck {
  /// A complex number, in a deck `[re, im]` or one plain number; both parts are finite.
  public struct ComplexNumber: Sendable, Equatable {
    /// The real part.
    public let real: Double

    /// The imaginary part.
    public let imaginary: Double

    /// A complex number from its parts.
    public init(real: Double, imaginary: Double) {
      self.real = real
      self.imaginary = imaginary
    }
  }
}
