/// How many folds the sums of a pass need.
extension MomentPass {
  /// How many binary orders the smallest moment is below the number of modes; `nil` where moments have
  /// both signs, and nothing is known of the size of the sums of magnitudes.
  func bitsBelowOne(_ point: MomentPoint) -> Int? {
    guard point.units.allSatisfy({ $0 == 0 }) else { return nil }
    return point.moments.reduce(0) { bits, moment in
      moment > 0 ? max(bits, point.exponent - Int(moment.exponent)) : bits
    }
  }

  /// As many folds as keep the derivatives of the smallest moment to 26 bits, and to 36 for responses.
  func folds(_ bits: Int?, _ extent: Extent) -> Int {
    guard let bits else { return 3 }
    return min(3, (bits + (extent == .response ? 36 : 26) + 41) / 42)
  }

  /// dγ_r/γ_r; `nil` where a coupling that changes is zero or small next to that, or variables are not
  /// logarithms.
  func relativeChanges(
    _ changes: [Double],
    _ couplings: [Double],
    _ point: MomentPoint
  ) -> [Double]? {
    guard point.units.allSatisfy({ $0 == 0 }) else { return nil }
    let relative = zip(changes, couplings).map { $0 == 0 ? 0 : $0 / $1 }
    return relative.allSatisfy { abs($0) < 0x1p10 } ? relative : nil
  }
}
