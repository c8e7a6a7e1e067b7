extension Deck {
  /// The section `initial`: the state at time 0, by exactly one of three keys.
  public enum Initial: Sendable, Equatable {
    /// Which state of a file of results.
    public enum Row: Sendable, Equatable {
      /// The output at a time, of an evolution.
      case time(Double)
      /// A point of a sweep, the first is 0.
      case point(Int)
    }

    /// λ uniform, with this mean occupation per mode, inside (0, 1); the default is 0.5.
    case filling(Double)

    /// λ = β(ε − μ) with β 0 or above and μ from the filling, inside (0, 1), default 0.5.
    case thermal(beta: Double, filling: Double)

    /// λ from a CSV file, a `LambdaTable`, or from a file of results: of a row, or of the last state there. The
    /// path is as the deck has it.
    case file(String, Row?)

    init(_ section: DeckSection) throws(DeckError) {
      let keys = ["filling", "thermal", "file"]
      let rows = ["time", "point"]
      try section.allow(keys + rows)
      let given = keys.filter { section.optional($0) != nil }
      guard given.count <= 1 else {
        throw section.error(
          at: given[1],
          "stands beside \(given[0]); allowed is one of \(listed(keys))"
        )
      }
      let givenRows = rows.filter { section.optional($0) != nil }
      if let row = givenRows.first, given.first != "file" {
        let examples = "{file: run.h5, time: T}, {file: sweep.h5, point: P}"
        throw section.error(at: row, "stands without file; allowed are \(examples)")
      }
      guard givenRows.count <= 1 else {
        throw section.error(at: "point", "stands beside time; allowed is one of \(listed(rows))")
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
        switch givenRows.first {
        case "time": self = .file(path, .time(try section.number("time", .notNegative)))
        case "point":
          let point = try section.required("point", "the number of a point").integer(0...Int.max)
          self = .file(path, .point(point))
        default: self = .file(path, nil)
        }
      default:
        self = .filling(try section.number("filling", .insideZeroToOne, default: 0.5))
      }
    }
  }
}
