extension Deck {
  /// The section `baths`: a thermal bath of weight 1 − drive and others that share the weight drive.
  public struct Baths: Sendable, Equatable {
    /// ε, the coupling of all baths in units of the rates; dimensionless, above 0, required.
    public let coupling: Double

    /// γ_neq, 0 to 1; the thermal bath has 1 − drive.
    ///
    /// Required if there is a nonequilibrium bath, else 0.
    public let drive: Double

    /// The thermal bath, required.
    public let thermal: Thermal

    /// The nonequilibrium baths, none by default.
    public let nonequilibrium: [WeightedBath]

    init(_ section: DeckSection, on lattice: Lattice) throws(DeckError) {
      try section.allow(["coupling", "drive", "thermal", "nonequilibrium"])
      coupling = try section.number("coupling", .positive)
      let others = section.optional("nonequilibrium")
      drive = try section.number("drive", .zeroToOne, default: others == nil ? 0 : nil)
      guard drive == 0 || others != nil else {
        throw section.error(
          at: "drive",
          "needs a bath under baths.nonequilibrium; without one allowed is 0"
        )
      }
      let wanted = "a mapping with beta"
      thermal = try Thermal(section.required("thermal", wanted).section(wanted))
      nonequilibrium =
        try others.map { field throws(DeckError) in
          try WeightedBath.all(field, on: lattice)
        } ?? []
    }
  }

  /// A thermal bath.
  public struct Thermal: Sendable, Equatable {
    /// How the rate depends on the energy ω = ε_m − ε_m′ that the bath takes.
    public enum Spectrum: String, Sendable, CaseIterable {
      /// W = e^{βω/2}, the default.
      case symmetric
      /// W = βω/(1 − e^{−βω}).
      case ohmic
    }

    /// The inverse temperature β, 0 or above.
    public let beta: Double

    /// The spectrum, `symmetric` by default.
    public let spectrum: Spectrum

    init(_ section: DeckSection) throws(DeckError) {
      try section.allow(["beta", "spectrum"])
      beta = try section.number("beta", .notNegative)
      let choices = Spectrum.allCases.map(\.rawValue)
      spectrum =
        try section.optional("spectrum")
        .flatMap { field throws(DeckError) in Spectrum(rawValue: try field.choice(choices)) }
        ?? .symmetric
    }
  }
}
