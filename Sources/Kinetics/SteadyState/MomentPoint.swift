import RealModule

/// A point in the space of the 2R moments, with the variables in which steps are taken.
///
/// The variable of a moment is its logarithm; where factors have both signs, the moment in a unit.
struct MomentPoint: Equatable, Sendable {
  /// A_0, B_0, A_1, B_1 …, in the scales of the tables.
  var moments: [Double]

  /// The unit of each moment's variable: 0 for a logarithm.
  let units: [Double]

  /// The exponent of the number of modes, which no moment exceeds.
  let exponent: Int

  /// A point whose variables are logarithms where the tables allow.
  ///
  /// - Parameters:
  ///   - moments: The moments.
  ///   - isNonnegative: For each table whether no value of it is negative.
  ///   - modes: M.
  init(_ moments: [Double], isNonnegative: [Bool], modes: Int) {
    self.moments = moments
    exponent = Int(Double(modes).exponent)
    let unit = Double(modes) / 256
    units = moments.indices.map { isNonnegative[$0] && moments[$0] > 0 ? 0 : unit }
  }

  /// A point that was saved; `nil` if there is not a unit for each moment.
  init?(_ moments: [Double], units: [Double], modes: Int) {
    guard moments.count == units.count else { return nil }
    self.moments = moments
    self.units = units
    exponent = Int(Double(modes).exponent)
  }

  /// The number of moments, 2R.
  var count: Int { moments.count }

  /// dA/dx of a moment.
  func derivative(_ index: Int) -> Double { units[index] == 0 ? moments[index] : units[index] }

  /// The variable of each moment.
  var variables: [Double] {
    zip(moments, units).map { $1 == 0 ? .log($0) : $0 / $1 }
  }

  /// The point with other variables.
  func with(variables: [Double]) -> MomentPoint {
    var point = self
    for (index, value) in variables.enumerated() {
      point.moments[index] = units[index] == 0 ? .exp(value) : units[index] * value
    }
    return point
  }

  /// The point after a step in the variables.
  func moved(by step: [Double]) -> MomentPoint {
    var point = self
    for (index, change) in step.enumerated() {
      if units[index] == 0 {
        point.moments[index] *= .exp(change)
      } else {
        point.moments[index] += units[index] * change
      }
    }
    return point
  }
}
