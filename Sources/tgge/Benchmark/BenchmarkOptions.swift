import ArgumentParser

/// The options of all benchmarks.
struct BenchmarkOptions: ParsableArguments {
  @Option(help: "How often each figure is measured.")
  var repeats = 7

  @Flag(help: "Writes one JSON object for each row.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(repeats) else {
      throw ValidationError("--repeats must be between 1 and 1000")
    }
  }

  /// Refuses sizes that are none.
  static func validate(modes: [Int]) throws {
    guard modes.allSatisfy({ (8...1 << 34).contains($0) }) else {
      throw ValidationError("--modes must be 8 or more")
    }
  }
}
