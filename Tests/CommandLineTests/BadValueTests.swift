import Testing

extension Program {
  @Suite("Decks with a wrong key or value")
  struct BadValues {
    private static let refusals: [Refusal] = [
      // Keys
      .deck("  coupling:", "  copuling:", at: "5: baths.copuling", "unknown key", "coupling"),
      .deck("model: tight-binding", "model: tight", at: "2: lattice.model", "tight-binding"),
      .deck("kind: raman", "kind: laser", at: "8: baths.nonequilibrium.kind", "raman"),
      .deck("  coupling: 0.05\n", "", at: "4: baths.coupling", "is missing"),

      // Types and ranges
      .deck("modes: 100", "modes: many", at: "3: lattice.modes"),
      .deck("modes: 100", "modes: 0", at: "3: lattice.modes", "1 or above"),
      .deck("modes: 100", "modes: -100", at: "3: lattice.modes", "1 or above"),
      .deck("modes: 100", "modes: 99.5", at: "3: lattice.modes", "integer"),
      .deck("modes: 100", "modes: .nan", at: "3: lattice.modes", "not finite"),
      .deck("modes: 100", "modes: [10, 10]", at: "3: lattice.modes", "is a chain"),
      .deck("beta: 2.0", "beta: .nan", at: "7: baths.thermal.beta", "not finite"),
      .deck("beta: 2.0", "beta: .inf", at: "7: baths.thermal.beta", "not finite"),
      .deck("beta: 2.0", "beta: 1e999", at: "7: baths.thermal.beta", "not finite"),
      .deck("beta: 2.0", "beta: -2", at: "7: baths.thermal.beta", "0 or above"),
      .deck("drive: 0.5", "drive: 1.5", at: "6: baths.drive", "0 to 1"),
      .deck("drive: 0.5", "drive: -0.1", at: "6: baths.drive", "0 to 1"),
      .deck("drive: 0.5", "drive: [0.5]", at: "6: baths.drive", "a list"),
      .deck("coupling: 0.05", "coupling: 0", at: "5: baths.coupling", "above 0"),
      .deck("filling: 0.5", "filling: 0", at: "9: initial.filling", "inside (0, 1)"),
      .deck("filling: 0.5", "filling: 1", at: "9: initial.filling", "inside (0, 1)"),
      .deck("filling: 0.5", "filling: -0.1", at: "9: initial.filling", "inside (0, 1)"),
      .deck("filling: 0.5", "filling: 1.1", at: "9: initial.filling", "inside (0, 1)"),
      .deck("end: 2", "end: 0", at: "10: time.end", "above 0"),
      .deck("end: 2", "end: -2", at: "10: time.end", "above 0"),
      .deck("absolute-tolerance: 1e-8", "absolute-tolerance: 0", at: "10: time.absolute-tolerance"),
      .deck("relative-tolerance: 1e-8", "relative-tolerance: 0", at: "10: time.relative-tolerance"),
      .deck("end: 2", "end: 2, outputs: 1", at: "10: time.outputs"),
      .deck("-1, 0.5", "-1, 0.123", at: "11: record.momenta[1]", "0.123 is not on the grid"),
      .deck("-1, 0.5", "-1, .nan", at: "11: record.momenta[1]", "not finite"),
    ]

    private static let custom: [Refusal] = [
      .deck(
        "from: up, to: down",
        "from: top, to: down",
        in: Sample.custom,
        at: "7: lattice.hoppings[0].from",
        "up, down"
      ),
      .deck(
        "orbital: down",
        "orbital: left",
        in: Sample.custom,
        at: "19: baths.nonequilibrium.operators[0].terms[0].annihilate.orbital"
      ),
      .deck("by: [1, 0]", "by: [1]", in: Sample.custom, at: "7: lattice.hoppings[0].by"),
      .deck(
        "cell: [1, 0]",
        "cell: 1",
        in: Sample.custom,
        at: "19: baths.nonequilibrium.operators[0].terms[0].create.cell"
      ),
      .deck(
        "amplitude: 0.3",
        "amplitude: [0.3, 1]",
        in: Sample.custom,
        at: "8: lattice.hoppings[1].amplitude",
        "Hermitian"
      ),
      .deck(
        "[up, down]",
        "[up, down, up]",
        in: Sample.custom,
        at: "5: lattice.orbitals[2]",
        "given twice"
      ),
      .deck("[up, down]", "[]", in: Sample.custom, at: "5: lattice.orbitals", "is an empty list"),
      .deck(
        "kind: jumps",
        "kind: raman",
        in: Sample.custom,
        at: "16: baths.nonequilibrium.operators"
      ),
      .deck(
        "operators:\n      - rate: 1.5\n        terms:\n          - {amplitude: [1, 0], create: {orbital: up, cell: [1, 0]}, annihilate: {orbital: down, cell: [0, 0]}}",
        "operators: []",
        in: Sample.custom,
        at: "16: baths.nonequilibrium.operators",
        "is an empty list"
      ),
      .deck(
        "length: 2",
        "length: 0",
        in: Sample.rashba,
        at: "11: baths.nonequilibrium.length",
        "above 0"
      ),
      .deck(
        "length: 2",
        "length: -1",
        in: Sample.rashba,
        at: "11: baths.nonequilibrium.length",
        "above 0"
      ),
      .deck(
        "time:",
        "forces: {compression: 0}\ntime:",
        in: Sample.rashba,
        at: "12: forces.compression"
      ),
      .deck(
        "time:",
        "forces: {compression: -1}\ntime:",
        in: Sample.rashba,
        at: "12: forces.compression"
      ),
    ]

    @Test("Chains: one line with file, line and key", arguments: [nil, 3] as [Int?])
    func chains(ranks: Int?) async throws {
      try await Refusal.expect(BadValues.refusals, ranks: ranks)
    }

    @Test("Custom models: one line with file, line and key", arguments: [nil, 3] as [Int?])
    func customModels(ranks: Int?) async throws {
      try await Refusal.expect(BadValues.custom, ranks: ranks)
    }

    @Test("Seven ranks say it once, too")
    func sevenRanks() async throws {
      try await Refusal.expect([BadValues.refusals[0], BadValues.custom[0]], ranks: 7)
    }
  }
}
