extension SteadySolver {
  /// Appends what the next iteration depends on beside the tables, the weights and the filling.
  ///
  /// Not collective: all ranks know the same.
  public func append(to words: inout StateWords) {
    words.append(point.moments)
    words.append(point.units)
    words.append(inverse)
    words.append(predictionError)
  }

  /// Takes over what `append` has written.
  ///
  /// Not collective.
  ///
  /// - Parameter words: The words, from which this state's are taken out.
  /// - Throws: `StateError` if they are of another kernel, alike on all ranks.
  public mutating func restore(_ words: inout StateWords) throws(StateError) {
    let (moments, units) = (try words.takeDoubles(), try words.takeDoubles())
    let inverse = try words.takeDoubles()
    let predictionError = try words.takeDouble()
    let count = 2 * engine.kernel.channels
    guard let moments, let units, moments.count == count,
      inverse == nil || inverse?.count == count * (count + 1),
      let point = MomentPoint(moments, units: units, modes: partition.modes)
    else { throw StateError() }
    self.point = point
    self.inverse = inverse
    self.predictionError = predictionError
  }
}
