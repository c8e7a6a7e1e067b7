import Dissipation
import Kinetics

/// What changes from one setup to the next.
struct SteadyChange {
  /// Whether the tables over the modes stay as they are.
  var keepsTables = false

  /// Whether weights of baths change.
  var weights = true

  /// Whether the initial state, and with it the filling, changes.
  var initial = true

  /// The direction of the tangents that lead to the next setup, if it is one that is known.
  var tangent: SteadyPredictor.Tangent?

  /// Compares two setups.
  ///
  /// - Parameters:
  ///   - last: The setup before; `nil` if there is none.
  ///   - next: The next one.
  ///   - distance: By how much the parameter changes; `nil` if that is unknown.
  init(from last: StudySetup?, to next: StudySetup, by distance: Double?) {
    guard let last, last.grid == next.grid, last.forces == next.forces,
      last.model.hamiltonian == next.model.hamiltonian,
      last.model.baths.count == next.model.baths.count
    else { return }
    let baths = Array(zip(last.model.baths, next.model.baths))
    guard baths.allSatisfy({ isEqual($0.dissipator, $1.dissipator) }) else { return }
    keepsTables = true
    weights = baths.contains { $0.weight != $1.weight || $0.slope != $1.slope }
    initial = last.initial != next.initial
    guard let distance else { return }
    let rounding = 1e-9 * abs(distance)
    if !initial,
      baths.allSatisfy({ abs($1.weight - $0.weight - $1.slope * distance) <= rounding })
    {
      tangent = .drive
    }
    if !weights, case .uniform(let before) = last.initial,
      case .uniform(let after) = next.initial, abs(after - before - distance) <= rounding
    {
      tangent = .filling
    }
  }
}

/// Whether two baths are the same; those whose types cannot tell are not.
private func isEqual(_ one: any Dissipator, _ other: any Dissipator) -> Bool {
  func compare<Value: Equatable>(_ value: Value) -> Bool { other as? Value == value }
  guard let one = one as? any Equatable else { return false }
  return compare(one)
}
