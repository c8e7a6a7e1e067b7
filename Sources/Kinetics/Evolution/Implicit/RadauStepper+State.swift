import VectorMath

/// What the prediction of the next stages depends on.
extension RadauStepper {
  /// Z_1 … Z_5 of the owned modes.
  var stageVectors: [UnsafeBufferPointer<Double>] {
    (0..<RadauMethod.stages).map { stage in
      let start = stages.pointer + stage * lambda.paddedCount
      return UnsafeBufferPointer(start: start, count: lambda.count)
    }
  }

  /// Appends the moments in the stages, and those at the beginning of the step before.
  func saveMoments(to words: inout StateWords) {
    words.append(momentCount)
    for moment in 0..<momentCount { words.append(lastMoments[moment]) }
    for index in 0..<5 * momentCount { words.append(stageMoments[index]) }
  }

  /// Takes over what `saveMoments` has appended.
  ///
  /// `begin` must follow, without a step: it makes what are the moments then those of the step before.
  func restoreMoments(_ words: inout StateWords) throws(StateError) {
    guard try words.takeInteger() == momentCount else { throw StateError() }
    for moment in 0..<momentCount { moments[moment] = try words.takeDouble() }
    for index in 0..<5 * momentCount { stageMoments[index] = try words.takeDouble() }
  }
}
