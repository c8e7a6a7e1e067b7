import VectorMath

extension ImplicitEvolution: Resumable {
  /// Hands step control, statistics, λ, the stages and their moments to `body`: from the stages the next
  /// ones are predicted.
  public borrowing func withState<Result>(
    _ body: (StateWords, [UnsafeBufferPointer<Double>]) throws -> Result
  ) rethrows -> Result {
    var words = StateWords()
    for value in [time, length, lastLength, contraction, number, shift] { words.append(value) }
    control.save(to: &words)
    statistics.save(to: &words)
    stepper.saveMoments(to: &words)
    return try body(words, [UnsafeBufferPointer(stepper.lambda.buffer)] + stepper.stageVectors)
  }

  /// Takes a saved state over.
  ///
  /// Collective: computes the moments of λ anew.
  public mutating func restore(
    _ words: inout StateWords,
    read: (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws {
    time = try words.takeDouble()
    length = try words.takeDouble()
    lastLength = try words.takeDouble()
    contraction = try words.takeDouble()
    number = try words.takeDouble()
    shift = try words.takeDouble()
    try control.restore(&words)
    statistics = try EvolutionStatistics(&words)
    try stepper.restoreMoments(&words)
    try read(0, stepper.lambda.buffer)
    for (index, stage) in stepper.stageVectors.enumerated() {
      try read(index + 1, UnsafeMutableBufferPointer(mutating: stage))
    }
    guard statistics.implicitSteps > 0 else { return }
    _ = try stepper.begin(advancing: false, shift: 0, over: communicator)
    prediction = .continuation(ratio: 1)
  }
}
