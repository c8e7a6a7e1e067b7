import Testing

extension Program {
  @Suite("Command lines that are wrong")
  struct BadOptions {
    private static let refusals: [Refusal] = [
      .options("--set", "time.end", saying: "--set time.end: has no '='"),
      .options("--set", "", saying: "--set : has no '='"),
      .options("--set", "=3", saying: "--set =3: the key before '=' is empty"),
      .options("--set", "time.stop=3", saying: "--set time.stop=3: time.stop: is an unknown key"),
      .options("--set", "time.end=soon", saying: "--set time.end=soon: time.end: "),
      .options("--set", "time.end=", saying: "--set time.end=: time.end: is nothing"),
      .options("--set", "time.end={", saying: "--set time.end={: time.end: is not YAML"),
      .options("--set", "record.momenta=[0.123]", saying: "record.momenta[0]", "not on the grid"),
      .options("--set", saying: "Missing value for '--set"),
      .options("--modes", "", saying: "--modes : lattice.modes: is nothing"),
      .options("--modes=-5", saying: "--modes -5: lattice.modes: ", "1 or above"),
      .options("--forces", "fast", saying: "'fast' is invalid", "'separable' or 'direct'"),
      .options("--frobnicate", saying: "Unknown option '--frobnicate'", "tgge evolve --help"),
      .options("deck.yaml", saying: "Unexpected argument 'deck.yaml'"),
      Refusal(title: "no deck", arguments: ["evolve"], saying: ["<deck>", "tgge evolve --help"]),
      Refusal(title: "unknown command", arguments: ["devolve"], saying: ["'devolve'", "--help"]),
      Refusal(
        title: "benchmark of nothing",
        arguments: ["benchmark", "forces", "--modes", "0"],
        saying: ["--modes must be 8 or more"]
      ),
      Refusal(
        title: "benchmark beyond memory",
        arguments: ["benchmark", "forces", "--modes", "10000000000"],
        saying: ["--modes: needs about ", "GB of memory"]
      ),
      Refusal(
        title: "benchmark without repeats",
        arguments: ["benchmark", "steady", "--repeats", "0"],
        saying: ["--repeats must be between 1 and 1000"]
      ),
      Refusal(
        title: "benchmark to no time",
        arguments: ["benchmark", "evolve", "--end", "0"],
        saying: ["--end must be positive"]
      ),
      Refusal(
        title: "share of no rank",
        arguments: ["benchmark", "forces", "--share", "0"],
        saying: ["--share must be between 1 and 2^20"]
      ),
    ]

    @Test("They are refused in one line", arguments: [nil, 3] as [Int?])
    func refused(ranks: Int?) async throws {
      try await Refusal.expect(BadOptions.refusals, ranks: ranks)
    }
  }
}
