import Testing

extension Program {
  @Suite("Models that cannot be computed")
  struct BadModels {
    private static let tooLarge: [Refusal] = ["1e13", "1000000000000000"].map { modes in
      .options(
        "--modes",
        modes,
        saying: "--modes \(modes): lattice.modes: needs about ",
        " GB of memory"
      )
    }

    private static let refusals: [Refusal] =
      tooLarge + [
        .options("--modes", "1e13", "--forces", "direct", saying: "needs about ", " GB of memory"),
        .options("--modes", "1e18", saying: "--modes 1e18: lattice.modes: ", "2^53"),
        .options("--modes", "1e30", saying: "--modes 1e30: lattice.modes: ", "2^53"),
        .options("--modes", "4611686018427387904", saying: "lattice.modes: ", "2⁵³"),
        .options("--modes", "99999999999999999999", saying: "lattice.modes: ", "2^53"),
        .options(
          "--set",
          "lattice.modes=[100000, 100000, 100000]",
          in: Sample.custom.replacing("modes: [6, 4]", with: "modes: 4"),
          saying: "lattice"
        ),

        // Rates beyond double precision
        .options("--set", "baths.thermal.beta=1e3", saying: "baths.thermal.beta: ", "1380"),
        .options("--set", "baths.thermal.beta=1e300", saying: "beta", "1380"),
        .options(
          "--set",
          "lattice.hopping=1e100",
          saying: "deck.yaml:7: baths.thermal.beta",
          "1380"
        ),

        .deck("[1, 1]", "1e200", at: "8: baths.nonequilibrium.delta", "rates exceed double"),
        .deck("[1, 0.5]", "[0, -1e160]", at: "8: baths.nonequilibrium.delta-prime", "rates exceed"),
        .deck(
          "- rate: 1.5",
          "- rate: 1.7e308",
          in: Sample.custom.replacing("{amplitude: [1, 0]", with: "{amplitude: [1, 1]"),
          at: "17: baths.nonequilibrium.operators[0]",
          "rates exceed double precision"
        ),
        .options(
          "--set",
          "lattice.hopping=1e308",
          "--set",
          "baths.drive=1",
          saying: "lattice.model: hopping 1: the amplitude 1e+308 is out",
          "1e-200 to 1e200"
        ),
        .options("--set", "lattice.hopping=1e-250", saying: "lattice.model: hopping 1:", "1e-200"),

        .options(
          "--set",
          "baths.nonequilibrium={kind: correlated-dephasing, site: 1, length: 1e16}",
          saying: "baths.nonequilibrium.length: 1e+16 is out of range",
          "a hundred times the lattice"
        ),

        // Bands that touch
        .options(
          "--set",
          "lattice.zeeman=0",
          in: Sample.rashba,
          saying: "deck.yaml:1: lattice: bands 0 and 1 are degenerate at the momentum (-1.0π)",
          "lattice.twist"
        ),

        // A kernel that is not of low rank
        .options(
          "--set",
          "baths.thermal.spectrum=ohmic",
          "--forces",
          "separable",
          saying: "--forces separable",
          "direct or auto"
        ),
        .options("--forces", "separable", in: Sample.rashba, saying: "--forces separable"),
      ]

    @Test(
      "They are refused in one line, before any memory is taken",
      arguments: [nil, 3] as [Int?]
    )
    func refused(ranks: Int?) async throws {
      try await Refusal.expect(BadModels.refusals, ranks: ranks)
    }

    @Test("Seven ranks say it once, too")
    func sevenRanks() async throws {
      try await Refusal.expect(Array(BadModels.refusals.prefix(1)), ranks: 7)
    }

    @Test("A boundary twist is the way out of degenerate bands")
    func twist() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.rashba.utf8)
        let options = ["--set", "lattice.zeeman=0", "--set", "lattice.twist=0.25"]
        let outcome = try await Tgge.run(["evolve", "deck.yaml"] + options, ranks: 3, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
      }
    }
  }
}
