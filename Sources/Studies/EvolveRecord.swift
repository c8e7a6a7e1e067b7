import Kinetics

/// What an evolution has to tell so far; with the state of its integration it can go on.
struct EvolveRecord {
  /// The fingerprint of the initial state.
  let start: UInt64

  /// The outputs that were reached.
  var outputs: [EvolveOutput] = []

  /// Nothing so far.
  init(start: UInt64) { self.start = start }

  /// Takes over what `save` has appended.
  init(_ words: inout StateWords) throws(StateError) {
    start = try words.takeBits()
    let count = try words.takeInteger()
    for _ in 0..<max(count, 0) { outputs.append(try EvolveOutput(&words)) }
  }

  /// Appends everything.
  func save(to words: inout StateWords) {
    words.append(start)
    words.append(outputs.count)
    for output in outputs { output.save(to: &words) }
  }
}

extension EvolveOutput {
  /// Takes over what `save` has appended.
  fileprivate init(_ words: inout StateWords) throws(StateError) {
    time = try words.takeDouble()
    statistics = try EvolutionStatistics(&words)
    lambda = try words.takeDoubles() ?? []
    observables = ObservableValues(
      filling: try words.takeDouble(),
      orbitalCurrents: try words.takeDoubles() ?? [],
      current: try words.takeDoubles() ?? []
    )
  }

  fileprivate func save(to words: inout StateWords) {
    words.append(time)
    statistics.save(to: &words)
    words.append(lambda)
    words.append(observables.filling)
    words.append(observables.orbitalCurrents)
    words.append(observables.current)
  }
}
