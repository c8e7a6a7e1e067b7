extension Deck {
  /// The section `initial`: the state at time 0, by exactly one of three keys.
  public enum Initial: Sendable, Equatable {
    /// λ uniform, with this mean occupation per mode, inside (0, 1); the default is 0.5.
    case filling(Double)

    /// λ = β(ε − μ) with β 0 or above and μ from the filling, inside (0, 1), default 0.5.
    case thermal(beta: Double, filling: Double)

    /// λ from a CSV file, a `LambdaTable`, or from a file of results: of the last state there, or of the
    /// output at `time`. The path is as the deck has it.
    case file(String, time: Double?)

    init(_ section: DeckSection) throws(DeckError) {
      let keys = ["filling", "thermal", "file"]
      try section.allow(keys + ["time"])
      let given = keys.filter { section.optional($0) != nil }
      guard given.count <= 1 else {
        throw section.error(
          at: given[1],
          "stands beside \(given[0]); allowed is one of \(listed(keys))"
        )
      }
      guard given.first == "file" || section.optional("time") == nil else {
        throw section.error(at: "time", "stands without file; allowed is {file: run.h5, time: T}")
      }
      switch given.first {
      case "thermal":
        let thermal = try section.section("thermal", "a mapping with beta, filling")
        try thermal.allow(["beta", "filling"])
        self = .thermal(
          beta: try thermal.number("beta", .notNegative),
          filling: try thermal.number("filling", .insideZeroToOne, default: 0.5)
        )
      case "file":
        let wanted = "the path of a CSV file, or of a file of results"
        let path = try section.required("file", wanted).text(wanted)
        let hasTime = section.optional("time") != nil
        self = .file(path, time: hasTime ? try section.number("time", .notNegative) : nil)
      default:
        self = .filling(try section.number("filling", .insideZeroToOne, default: 0.5))
      }
    }
  }
}
